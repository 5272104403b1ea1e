import { describe, expect, it, test } from "vitest";
import type { ClientFacts, Filters, RouteMatch } from "../../../../contract/index.ts";
import type { Filter } from "../../../../worker/ingress/filters/filter.ts";
import { appRoot, redirect, toHttps } from "../../../../worker/ingress/filters/redirects.ts";
import { exchangeOf, routeWith } from "../../support/exchange.ts";

/** `status location`, or `undefined` where the request passes. */
async function answer(
  filter: Filter,
  filters: Filters,
  url: string,
  client: Partial<ClientFacts> = {},
): Promise<string | undefined> {
  const found = await filter(filters, routeWith(filters))?.request?.(exchangeOf({ url, client }));
  return found instanceof Response ? `${found.status} ${found.headers.get("location")}` : undefined;
}

test.each([
  ["no filter for a route without redirects", toHttps],
  ["no filter for a route without an app root", appRoot],
  ["no filter for a route without a redirect", redirect],
])("%s", (_, filter) => {
  expect(filter({}, routeWith())).toBeUndefined();
});

describe("to https", () => {
  test.each([
    ["plain http is sent there, path and query kept", "http://a.test/x/?q=1", "308 https://a.test/x/?q=1"],
    ["https passes", "https://a.test/x", undefined],
    ["a certificate authority's challenge passes", "http://a.test/.well-known/acme-challenge/t", undefined],
    [
      "what only looks like one does not",
      "http://a.test/x/.well-known/acme-challenge/t",
      "308 https://a.test/x/.well-known/acme-challenge/t",
    ],
    [
      "a path that begins with two slashes stays on the host",
      "http://a.test//b.test",
      "308 https://a.test//b.test",
    ],
  ])("%s", async (_, url, expected) => {
    expect(await answer(toHttps, { toHttps: { status: 308 } }, url)).toBe(expected);
  });

  it("lets pass whatever comes by a rule for challenges", () => {
    const match: RouteMatch = { path: { type: "PathPrefix", value: "/.well-known/acme-challenge" } };
    const step = toHttps({ toHttps: { status: 308 } }, routeWith());
    const exchange = exchangeOf({ url: "http://a.test/.well-known/acme-challenge" });
    expect(step?.request?.({ ...exchange, route: { ...exchange.route, match } })).toBeUndefined();
  });

  test.each([
    ["http://a.test/", undefined, "308 https://a.test"],
    ["http://a.test/x/", undefined, "308 https://a.test/x"],
    ["http://a.test/", true, "308 https://a.test/"],
    ["http://a.test/x/?q=1", true, "308 https://a.test/x/?q=1"],
  ] as const)("of %s, with the slash at its end kept: %s", async (url, keepsSlash, expected) => {
    const toHttpsWith = { status: 308, ...(keepsSlash && { keepsSlash }) };
    expect(await answer(toHttps, { toHttps: toHttpsWith }, url)).toBe(expected);
  });

  test.each([
    [
      "a client that names a port is sent to the port of https",
      "http://a.test:8080/x",
      8443,
      "308 https://a.test:8443/x",
    ],
    ["a client that names none is sent to none", "http://a.test/x", 8443, "308 https://a.test/x"],
    ["the usual port is not named", "http://a.test:8080/x", 443, "308 https://a.test/x"],
    ["nor one that is not known", "http://a.test:8080/x", undefined, "308 https://a.test/x"],
  ])("%s", async (_, url, httpsPort, expected) => {
    expect(await answer(toHttps, { toHttps: { status: 308 } }, url, { httpsPort })).toBe(expected);
  });
});

describe("a redirect", () => {
  test.each([
    ["goes where it says", "https://b.test/new", "http://a.test/x?q=1", "301 https://b.test/new"],
    ["may hold variables", "https://b.test$request_uri", "http://a.test/x?q=1", "301 https://b.test/x?q=1"],
    ["lets challenges pass", "https://b.test", "http://a.test/.well-known/acme-challenge/t", undefined],
  ])("%s", async (_, location, url, expected) => {
    expect(await answer(redirect, { redirect: { location, status: 301 } }, url)).toBe(expected);
  });
});

describe("the app root", () => {
  it.each([
    ["of / alone", "http://a.test/", "302 /app"],
    ["of / with a query", "http://a.test/?q=1", "302 /app"],
    ["of nothing else", "http://a.test/x", undefined],
  ])("%s", async (_, url, expected) => {
    expect(await answer(appRoot, { appRoot: "/app" }, url)).toBe(expected);
  });
});
