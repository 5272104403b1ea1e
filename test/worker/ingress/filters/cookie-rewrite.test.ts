import { expect, it, test } from "vitest";
import type { Filters } from "../../../../contract/index.ts";
import { cookieRewrite } from "../../../../worker/ingress/filters/cookie-rewrite.ts";
import { exchangeOf, routeWith } from "../../support/exchange.ts";

function rewrite(filters: Filters, cookies: readonly string[], answered = true): string[] {
  const exchange = exchangeOf({ url: "https://a.test/x" });
  exchange.outgoing.answered = answered;
  const response = new Response();
  for (const cookie of cookies) response.headers.append("set-cookie", cookie);
  void cookieRewrite(filters, routeWith(filters))?.response?.(exchange, response);
  return response.headers.getSetCookie();
}

const domain = (from: string, to: string): Filters => ({ cookieDomain: { from, to } });
const path = (from: string, to: string): Filters => ({ cookiePath: { from, to } });

test.each<[string, Filters, string, string]>([
  [
    "the domain, in any case",
    domain("in.test", "a.test"),
    "a=1; Domain=IN.test; Secure",
    "a=1; Domain=a.test; Secure",
  ],
  ["with its dot", domain("in.test", "a.test"), "a=1; domain=.in.test", "a=1; domain=.a.test"],
  ["by a variable", domain("in.test", "$host"), "a=1;Domain=in.test", "a=1;Domain=a.test"],
  ["no other domain", domain("in.test", "a.test"), "a=1; Domain=x.in.test", "a=1; Domain=x.in.test"],
  [
    "no value that looks like one",
    domain("in.test", "a.test"),
    "Domain=in.test; Path=/",
    "Domain=in.test; Path=/",
  ],
  ["the path's beginning", path("/one/", "/"), "a=1; Path=/one/two; HttpOnly", "a=1; Path=/two; HttpOnly"],
  ["with attributes", path("/", "/; Secure"), "a=1; Path=/", "a=1; Path=/; Secure"],
  ["no other path, of another case too", path("/one/", "/"), "a=1; Path=/One/", "a=1; Path=/One/"],
  ["nothing without attributes", path("/", "/x"), "a=b; Secure", "a=b; Secure"],
])("rewrites %s", (_, filters, cookie, rewritten) => {
  expect(rewrite(filters, [cookie])).toEqual([rewritten]);
});

it("keeps several cookies apart, dates and all", () => {
  const cookies = [
    "a=1; Path=/one/; Expires=Thu, 01 Jan 2026 00:00:00 GMT",
    "b=2; Domain=in.test; Path=/one/b",
  ];
  expect(rewrite({ ...path("/one/", "/"), ...domain("in.test", "a.test") }, cookies)).toEqual([
    "a=1; Path=/; Expires=Thu, 01 Jan 2026 00:00:00 GMT",
    "b=2; Domain=a.test; Path=/b",
  ]);
});

it("leaves the edge's own cookies alone", () => {
  expect(rewrite(path("/", "/x/"), ["a=1; Path=/"], false)).toEqual(["a=1; Path=/"]);
  const affinity = { cookie: "INGRESSCOOKIE", mode: "balanced", stickyCanary: true } as const;
  expect(rewrite({ ...path("/", "/x/"), affinity }, ["INGRESSCOOKIE=1; Path=/", "a=1; Path=/"])).toEqual([
    "INGRESSCOOKIE=1; Path=/",
    "a=1; Path=/x/",
  ]);
});

it("is nothing for a route without", () => {
  expect(cookieRewrite({}, routeWith())).toBeUndefined();
});
