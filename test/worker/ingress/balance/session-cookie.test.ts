import { describe, expect, it, test } from "vitest";
import type { Affinity, Route } from "../../../../contract/index.ts";
import { sessionCookie } from "../../../../worker/ingress/balance/session-cookie.ts";
import { exchangeOf } from "../../support/exchange.ts";

const AFFINITY: Affinity = { cookie: "INGRESSCOOKIE", mode: "balanced", stickyCanary: true };
const match = (text: string): Route["match"] => {
  const type = text.slice(0, text.indexOf(" ")) as Route["match"]["path"]["type"];
  return { path: { type, value: text.slice(type.length + 1) } };
};
const IPHONE_12 =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 12_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1 Mobile/15E148 Safari/604.1";

describe("the affinity cookie", () => {
  test.each<[string, Partial<Affinity>, string, string, string]>([
    ["of plain http", {}, "PathPrefix /", "http://a.test/", "Path=/; HttpOnly"],
    ["of https is Secure", {}, "PathPrefix /", "https://a.test/", "Path=/; Secure; HttpOnly"],
    [
      "is Secure over http where asked for",
      { secure: true },
      "PathPrefix /",
      "http://a.test/",
      "Path=/; Secure; HttpOnly",
    ],
    [
      "is Partitioned where asked for",
      { partitioned: true, secure: true },
      "PathPrefix /",
      "http://a.test/",
      "Path=/; Secure; HttpOnly; Partitioned",
    ],
    [
      "has nothing in its path that no header can have",
      { path: "/\u2603" },
      "PathPrefix /",
      "http://a.test/",
      "Path=/%E2%98%83; HttpOnly",
    ],
    ["is of the route's path", {}, "PathPrefix /shop", "http://a.test/shop/x", "Path=/shop; HttpOnly"],
    ["is of an exact path", {}, "Exact /cart", "http://a.test/cart", "Path=/cart; HttpOnly"],
    [
      "has nothing in its path that ends it",
      {},
      "PathPrefix /a b;c",
      "http://a.test/",
      "Path=/a%20b%3Bc; HttpOnly",
    ],
    [
      "of a regular expression is of the whole host",
      {},
      "RegularExpression /(a|b)",
      "http://a.test/a",
      "Path=/; HttpOnly",
    ],
    [
      "is of the path asked for",
      { path: "/foo" },
      "RegularExpression /f.*",
      "http://a.test/foo",
      "Path=/foo; HttpOnly",
    ],
    [
      "is of the domain asked for",
      { domain: "example.com" },
      "Exact /",
      "http://a.test/",
      "Path=/; Domain=example.com; HttpOnly",
    ],
    [
      "ends after the time asked for",
      { maxAge: 259_200, expires: 172_800 },
      "Exact /",
      "http://a.test/",
      "Path=/; Expires=Sat, 03 Jan 1970 00:00:00 GMT; Max-Age=259200; HttpOnly",
    ],
    [
      "has the SameSite asked for",
      { sameSite: "Lax" },
      "Exact /",
      "http://a.test/",
      "Path=/; HttpOnly; SameSite=Lax",
    ],
  ])("%s", (_, more, path, url, attributes) => {
    const cookie = sessionCookie({ ...AFFINITY, ...more }, match(path));
    expect(cookie("x", exchangeOf({ url }), 0)).toBe(`INGRESSCOOKIE=x; ${attributes}`);
  });

  it("leaves SameSite=None out for browsers that misread it, where asked for", () => {
    const affinity: Affinity = { ...AFFINITY, sameSite: "None", conditionalSameSiteNone: true };
    const old = exchangeOf({ init: { headers: { "user-agent": IPHONE_12 } } });
    expect(sessionCookie(affinity, match("Exact /"))("x", old, 0)).not.toContain("SameSite");
    expect(sessionCookie(affinity, match("Exact /"))("x", exchangeOf({}), 0)).toContain("SameSite=None");
    const unconditional: Affinity = { ...AFFINITY, sameSite: "None" };
    expect(sessionCookie(unconditional, match("Exact /"))("x", old, 0)).toContain("SameSite=None");
  });
});
