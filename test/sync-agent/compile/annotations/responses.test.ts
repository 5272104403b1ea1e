import { describe, expect, it, test } from "vitest";
import { clusterState, configMap } from "../support/objects.ts";
import { filtersOf, warningsOf } from "../support/annotations.ts";

describe("Location and Refresh", () => {
  test.each<[string, Record<string, string>, object | undefined]>([
    [
      "are rewritten from one prefix to another",
      { "proxy-redirect-from": "http://in.test/", "proxy-redirect-to": "https://$host/" },
      { from: "http://in.test/", to: "https://$host/" },
    ],
    ["stay: off", { "proxy-redirect-from": "off", "proxy-redirect-to": "goodbye.com" }, undefined],
    ["stay: default", { "proxy-redirect-from": "default", "proxy-redirect-to": "goodbye.com" }, undefined],
    ["stay without a prefix", { "proxy-redirect-to": "goodbye.com" }, undefined],
  ])("%s", (_, annotations, redirectRewrite) => {
    expect(filtersOf(annotations).redirectRewrite).toEqual(redirectRewrite);
    expect(warningsOf(annotations)).toEqual([]);
  });

  test.each<[Record<string, string>, string]>([
    [{ "proxy-redirect-from": "http://in.test/" }, "has nothing that it becomes"],
    [{ "proxy-redirect-from": "~^http", "proxy-redirect-to": "/" }, "is a regular expression"],
  ])("%o harms nothing else", (annotations, problem) => {
    expect(filtersOf(annotations)).toEqual({});
    expect(warningsOf(annotations)).toEqual([expect.stringContaining(problem)]);
  });
});

describe("cookies", () => {
  test.each<[string, string, object | undefined]>([
    ["proxy-cookie-domain", "localhost example.org", { from: "localhost", to: "example.org" }],
    ["proxy-cookie-domain", ".IN.test  .a.test", { from: "in.test", to: "a.test" }],
    ["proxy-cookie-domain", "off", undefined],
    ["proxy-cookie-path", "/one/ /", { from: "/one/", to: "/" }],
    ["proxy-cookie-path", `/ "/; Secure; SameSite=None"`, { from: "/", to: "/; Secure; SameSite=None" }],
    ["proxy-cookie-path", "/one/ '/two words/';", { from: "/one/", to: "/two words/" }],
    ["proxy-cookie-path", String.raw`/ "/\"x\""`, { from: "/", to: '/"x"' }],
    ["proxy-cookie-path", "off", undefined],
  ])("%s: %s", (name, value, replacement) => {
    const { cookieDomain, cookiePath } = filtersOf({ [name]: value });
    expect(cookieDomain ?? cookiePath).toEqual(replacement);
    expect(warningsOf({ [name]: value })).toEqual([]);
  });

  test.each([
    ["/one/", "is not two words"],
    ["/one/ /two/ /three/", "is not two words"],
    ["~*^/one/ /", "begins with a regular expression"],
    [`/ "/; Secure`, "cannot be read as words"],
    ["/; /", "cannot be read as words"],
    ["", "is empty"],
  ])("proxy-cookie-path: %s is refused", (value, problem) => {
    expect(filtersOf({ "proxy-cookie-path": value })).toEqual({});
    expect(warningsOf({ "proxy-cookie-path": value })).toEqual([expect.stringContaining(problem)]);
  });
});

describe("custom headers", () => {
  const context = (data: Record<string, string>) => ({
    configMaps: clusterState({ ConfigMap: [configMap("shop/headers", data)] }).ConfigMap,
  });

  it("are the ConfigMap's", () => {
    const given = context({ "X-Frame-Options": "DENY", "X-Note": " two words \n" });
    for (const name of ["shop/headers", "headers"]) {
      const { responseHeaders } = filtersOf({ "custom-headers": name }, given);
      expect(responseHeaders).toEqual({ "x-frame-options": "DENY", "x-note": "two words" });
    }
  });

  test.each([
    ["Set-Cookie", "a=1", "may be set"],
    ["Transfer-Encoding", "chunked", "may be set"],
    ["Lintel-Upstream", "x", "may be set"],
    ["not.a-header", "x", "name of a header"],
    ["X-Lines", "a\r\nb", "value that no header"],
    ["X-Emoji", "🙂", "value that no header"],
  ])("leave %s out, and keep the others", (name, value, problem) => {
    const given = context({ [name]: value, "X-Good": "1" });
    expect(filtersOf({ "custom-headers": "shop/headers" }, given).responseHeaders).toEqual({ "x-good": "1" });
    const warnings = warningsOf({ "custom-headers": "shop/headers" }, given);
    expect(warnings).toEqual([expect.stringContaining(`"${name}" of ConfigMap shop/headers`)]);
    expect(warnings[0]).toContain(problem);
  });

  test.each([
    ["shop/missing", "is no ConfigMap that exists"],
    ["kube-system/headers", "lies in another namespace"],
    ["a/b/c", "does not name a ConfigMap"],
  ])("of %s are none, and the Ingress is not served without them", (name, problem) => {
    const given = context({ "X-Good": "1" });
    expect(filtersOf({ "custom-headers": name }, given)).toEqual({ closed: true });
    expect(warningsOf({ "custom-headers": name }, given)).toEqual([expect.stringContaining(problem)]);
  });
});

test.each<[string, boolean | undefined]>([
  ["false", true],
  ["true", undefined],
])("enable-access-log: %s", (value, silent) => {
  expect(filtersOf({ "enable-access-log": value }).silent).toBe(silent);
});
