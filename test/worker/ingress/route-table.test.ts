import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { RouteTable } from "../../../worker/ingress/route-table.ts";
import { hostOf } from "../support/records.ts";

function matched(paths: readonly string[], path: string): string | undefined {
  const found = new RouteTable(hostOf(...paths)).match(path)?.route.match.path;
  return found && `${found.type} ${found.value}`;
}

describe("matching, as the table of examples in the Kubernetes Ingress documentation", () => {
  // Prefixes stand without the slash at their end, as the compiler writes them.
  test.each([
    [["PathPrefix /"], "/anything/at/all", "PathPrefix /"],
    [["Exact /foo"], "/foo", "Exact /foo"],
    [["Exact /foo"], "/bar", undefined],
    [["Exact /foo"], "/foo/", undefined],
    [["Exact /foo/"], "/foo", undefined],
    [["PathPrefix /foo"], "/foo", "PathPrefix /foo"],
    [["PathPrefix /foo"], "/foo/", "PathPrefix /foo"],
    [["PathPrefix /aaa/bb"], "/aaa/bbb", undefined],
    [["PathPrefix /aaa/bbb"], "/aaa/bbb", "PathPrefix /aaa/bbb"],
    [["PathPrefix /aaa/bbb"], "/aaa/bbb/", "PathPrefix /aaa/bbb"],
    [["PathPrefix /aaa/bbb"], "/aaa/bbb/ccc", "PathPrefix /aaa/bbb"],
    [["PathPrefix /aaa/bbb"], "/aaa/bbbxyz", undefined],
    [["PathPrefix /", "PathPrefix /aaa"], "/aaa/ccc", "PathPrefix /aaa"],
    [["PathPrefix /", "PathPrefix /aaa"], "/ccc", "PathPrefix /"],
    [["PathPrefix /", "PathPrefix /aaa", "PathPrefix /aaa/bbb"], "/aaa/bbb", "PathPrefix /aaa/bbb"],
    [["PathPrefix /aaa"], "/ccc", undefined],
    [["PathPrefix /foo", "Exact /foo"], "/foo", "Exact /foo"],
    [["PathPrefix /foo", "Exact /foo"], "/foo/", "PathPrefix /foo"],
    [["Exact /Foo"], "/foo", undefined],
    [["Exact /"], "/", "Exact /"],
    [["Exact /"], "/x", undefined],
  ])("%j answers %s with %s", (paths, path, expected) => {
    expect(matched(paths, path)).toBe(expected);
  });
});

it("agrees with the definition on any routes and path", () => {
  const path = fc
    .array(fc.constantFrom("a", "b", "ab"), { maxLength: 4 })
    .map((parts) => `/${parts.join("/")}`);
  const route = fc.tuple(fc.constantFrom("Exact", "PathPrefix"), path).map((parts) => parts.join(" "));
  // Many paths are looked up otherwise than few.
  const routesOf = fc.oneof(fc.array(route), fc.array(route, { minLength: 30, maxLength: 60 }));
  fc.assert(
    fc.property(routesOf, path, fc.boolean(), (routes, base, folder) => {
      const asked = folder && base !== "/" ? `${base}/` : base;
      const elements = (text: string) => text.split("/").filter((part) => part !== "");
      const fits = (prefix: string) => elements(prefix).every((part, i) => elements(asked)[i] === part);
      const prefixes = routes.filter((text) => text.startsWith("PathPrefix ") && fits(text.slice(11)));
      const longest = prefixes.toSorted((a, b) => b.length - a.length)[0];
      expect(matched(routes, asked)).toBe(routes.includes(`Exact ${asked}`) ? `Exact ${asked}` : longest);
    }),
    { numRuns: 2_000 },
  );
});

it("takes time in proportion to the longest prefix, not to the path", () => {
  const table = new RouteTable(hostOf("PathPrefix /a/b"));
  expect(table.match(`/x${"/y".repeat(8_000)}`)).toBeUndefined();
  expect(table.match(`/a/b${"/y".repeat(8_000)}`)?.route.match.path.value).toBe("/a/b");
});

describe("regular expressions, as ingress-nginx orders and anchors them", () => {
  const routes = [
    "RegularExpression /foo/bar/[A-Z0-9]{3}",
    "RegularExpression /foo/bar/bar",
    "RegularExpression /",
  ];
  test.each([
    ["/foo/bar/bar", "RegularExpression /foo/bar/[A-Z0-9]{3}"],
    ["/FOO/BAR/barn", "RegularExpression /foo/bar/[A-Z0-9]{3}"],
    ["/foo/bar/ba", "RegularExpression /"],
    ["/x/foo/bar/bar", "RegularExpression /"],
  ])("%s goes to %s", (path, expected) => {
    expect(matched(routes, path)).toBe(expected);
  });

  it("gives the groups of the path", () => {
    const match = new RouteTable(hostOf("RegularExpression /a(/|$)(.*)")).match("/a/b/c");
    expect(match?.groups.slice(1)).toEqual(["/", "b/c"]);
  });
});

it("is not held up by an expression that keeps backtracking engines busy", () => {
  const path = `/${"a".repeat(8_000)}!`;
  expect(
    matched(["RegularExpression /(a+)+$", "RegularExpression /(a|a)*b", "RegularExpression /"], path),
  ).toBe("RegularExpression /");
});

it("does without an expression that does not compile", () => {
  expect(matched(["RegularExpression /(a", "RegularExpression /"], "/a")).toBe("RegularExpression /");
});
