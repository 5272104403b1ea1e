import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { normalisePath } from "../../../worker/ingress/path.ts";

describe("normalisePath", () => {
  test.each([
    ["a plain path is itself", "/a/b", "/a/b"],
    ["the root", "/", "/"],
    ["a slash at the end stays", "/a/", "/a/"],
    ["runs of slashes become one", "//a///b//", "/a/b/"],
    ["percent-encoding is undone", "/%61%2Db/%C3%A9", "/a-b/é"],
    ["and undone once only", "/%2561", "/%61"],
    ["an encoded slash separates", "/a%2Fb", "/a/b"],
    ["dot segments resolve", "/a/./b/../c", "/a/c"],
    ["a dot at the end names the folder", "/a/b/.", "/a/b/"],
    ["two dots at the end name the folder above", "/a/b/..", "/a/"],
    ["a climb to the root is the root", "/a/..", "/"],
    ["encoded dots resolve", "/public/%2e%2e/admin", "/admin"],
    ["dots behind an encoded slash resolve", "/public/..%2fadmin", "/admin"],
    ["wholly encoded climbs resolve", "/public%2f%2e%2e%2fadmin", "/admin"],
    ["twice encoded dots are a name", "/public/%252e%252e/admin", "/public/%2e%2e/admin"],
    ["names that begin with dots are names", "/.well-known/...", "/.well-known/..."],
    ["a backslash is a character like any other", "/a%5c..%5cb", "/a\\..\\b"],
    ["parameters of a segment stay", "/a;x=1/..;/b", "/a;x=1/..;/b"],
    ["bytes that are not UTF-8 change nothing beside them", "/%C3%A9/%ff%41", "/é/\udcffA"],
    ["nor do cut off and overlong sequences", "/%C3/%E0%80%80%E2%82%AC", "/\udcc3/\udce0\udc80\udc80€"],
  ])("%s", (_, given, normal) => {
    expect(normalisePath(given)).toBe(normal);
  });

  test.each([
    ["an encoding that is cut off", "/a%2"],
    ["an encoding that is none", "/%zz"],
    ["a NUL", "/a%00b"],
    ["a climb above the root", "/../etc/passwd"],
    ["a hidden climb above the root", "/a/..%2f..%2fetc"],
  ])("refuses %s", (_, given) => {
    expect(normalisePath(given)).toBeUndefined();
  });

  const spelling = fc
    .array(
      fc.constantFrom(
        "/",
        "//",
        "a",
        "b",
        ".",
        "..",
        "%2e",
        "%2F",
        "%61",
        "%25",
        "%5c",
        "é",
        "%C3%A9",
        "%ff",
      ),
    )
    .map((parts) => `/${parts.join("")}`);

  it("never leaves a way up, an empty element or a dot segment", () => {
    fc.assert(
      fc.property(spelling, (given) => {
        const normal = normalisePath(given);
        if (normal === undefined) return;
        expect(normal).toMatch(/^\//);
        expect(normal).not.toMatch(/\/\/|\/\.{1,2}(\/|$)/);
      }),
      { numRuns: 2_000 },
    );
  });

  it("gives a path and its spelling with every letter encoded the same form", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^(\/[a-z.]{0,4}){1,5}$/), (given) => {
        const encoded = given.replaceAll(/[a-z.]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
        expect(normalisePath(encoded)).toBe(normalisePath(given));
      }),
    );
  });
});
