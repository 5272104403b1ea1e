import { describe, expect, it, test } from "vitest";
import type { Access } from "../../../../../contract/index.ts";
import { access } from "../../../../../worker/ingress/filters/access/access.ts";
import { exchangeOf, routeWith } from "../../../support/exchange.ts";
import { FakePlatform } from "../../../support/platform.ts";
import { basicOf, Guarded } from "./support.ts";

// The password is `secret`.
const basic = { realm: "Shop", users: { alice: "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=" } };
const external: Access["external"] = {
  target: { kind: "url", origin: "https://auth.test", path: "/" },
  responseHeaders: [],
  requestHeaders: {},
  alwaysSetCookie: false,
};
const HERE = ["192.0.2.0/24"];
const ELSEWHERE = ["10.0.0.0/8"];
const RIGHT = basicOf("alice", "secret");
const WRONG = basicOf("alice", "wrong");

it("is no filter for a route without rules", () => {
  expect(access(new FakePlatform())({}, routeWith())).toBeUndefined();
});

describe("addresses", () => {
  test.each<[string, Partial<Access>, string]>([
    ["one that is allowed", { allow: HERE }, "passed"],
    ["one that is not", { allow: ELSEWHERE }, "403"],
    ["one that is denied", { deny: HERE }, "403"],
    ["one that is not denied", { deny: ELSEWHERE }, "passed"],
    ["one that is both", { allow: HERE, deny: ["192.0.2.7/32"] }, "403"],
    ["nobody is allowed", { allow: [] }, "403"],
    ["a list to allow that cannot be read", { allow: [...HERE, "10.0.0.0/99"] }, "403"],
    ["a list to deny that cannot be read", { deny: ["nonsense"] }, "403"],
    ["any of one list", { satisfy: "any", allow: ELSEWHERE }, "403"],
    ["any of a list to deny alone", { satisfy: "any", deny: ELSEWHERE }, "passed"],
  ])("%s", async (_, rules, expected) => {
    expect(await new Guarded(rules).ask()).toBe(expected);
  });

  it("are answered without waiting for anything", () => {
    const filters = { access: { satisfy: "all" as const, allow: ELSEWHERE } };
    const step = access(new FakePlatform())(filters, routeWith(filters));
    expect(step?.request?.(exchangeOf({}))).toMatchObject({ status: 403 });
    expect(step?.response).toBeUndefined();
  });
});

const UNAUTHORIZED = `401 Basic realm="Shop"`;

describe("all", () => {
  test.each([
    ["address and password", { allow: HERE, basic }, RIGHT, "passed"],
    ["address alone", { allow: HERE, basic }, WRONG, UNAUTHORIZED],
    ["password alone", { allow: ELSEWHERE, basic }, RIGHT, "403"],
    ["neither", { allow: ELSEWHERE, basic }, WRONG, "403"],
    ["password and service", { basic, external }, RIGHT, "passed"],
  ])("%s", async (_, rules, init, expected) => {
    expect(await new Guarded(rules).ask(init)).toBe(expected);
  });

  it("asks nobody else once one has refused", async () => {
    const guarded = new Guarded({ basic, external });
    await guarded.ask(WRONG);
    expect(guarded.platform.asked).toEqual([]);
  });
});

describe("any", () => {
  const answering = (status: number) => new FakePlatform(() => new Response(null, { status }));
  const failing = new FakePlatform(() => new Response(null, { status: 500 }));
  test.each<[string, Partial<Access>, typeof RIGHT, FakePlatform, string]>([
    ["address alone", { allow: HERE, basic }, WRONG, answering(200), "passed"],
    ["password alone", { allow: ELSEWHERE, basic }, RIGHT, answering(200), "passed"],
    ["password of a denied address", { deny: HERE, basic }, RIGHT, answering(200), "passed"],
    ["an address that is only not denied", { deny: ELSEWHERE, basic }, WRONG, answering(200), UNAUTHORIZED],
    ["neither: a 401 rather than a 403", { allow: ELSEWHERE, basic }, WRONG, answering(200), UNAUTHORIZED],
    ["the service alone", { allow: ELSEWHERE, basic, external }, WRONG, answering(204), "passed"],
    ["a service that says 403 last", { basic, external }, WRONG, answering(403), UNAUTHORIZED],
    ["a password that is nobody's", { basic: { ...basic, users: {} } }, RIGHT, answering(200), UNAUTHORIZED],
    [
      "a service that sends to its sign-in",
      { basic, external: { ...external, signin: "https://login.test/" } },
      WRONG,
      answering(401),
      "302 https://login.test/",
    ],
    ["two that say 403", { allow: ELSEWHERE, external }, WRONG, answering(403), "403"],
    ["a service that fails shows", { basic, external }, WRONG, failing, "500"],
    ["a service that fails beside a password", { basic, external }, RIGHT, failing, "passed"],
  ])("%s", async (_, rules, init, platform, expected) => {
    expect(await new Guarded({ satisfy: "any", ...rules }, platform).ask(init)).toBe(expected);
  });
});

describe("a certificate authority's challenge", () => {
  const url = "http://a.test/.well-known/acme-challenge/token";
  test.each<[string, Partial<Access>, string]>([
    ["needs no password", { basic }, "passed"],
    ["is not asked about", { external }, "passed"],
    ["must come from an allowed address", { allow: ELSEWHERE, basic }, "403"],
    ["or any other where a password would do", { satisfy: "any", allow: ELSEWHERE, basic }, "passed"],
    ["but not where it would not", { satisfy: "any", allow: ELSEWHERE }, "403"],
  ])("%s", async (_, rules, expected) => {
    const guarded = new Guarded(rules, new FakePlatform(() => new Response(null, { status: 403 })));
    expect(await guarded.ask({ url })).toBe(expected);
  });

  test.each([
    "/.well-known/acme-challenge/..%2f..%2fadmin",
    "/.well-known/acme-challenge/..;/..;/admin",
    "/.well-known/acme-challenge/x/admin",
    "/.well-known/acme-challenge/x%2fadmin",
    "/admin/..%2f.well-known/acme-challenge/x",
    "/admin;/..%2f.well-known/acme-challenge/x",
    "/%2ewell-known/acme-challenge/x%3b",
    "/.well-known/acme-challenge/..%5c..%5cadmin",
    "/.well-known/acme-challenge/%252e%252e/admin",
    "/.well-known/acme-challenge",
  ])("is not what a Service may take for another path: %s", async (path) => {
    expect(await new Guarded({ basic }).ask({ url: `http://a.test${path}` })).toBe(UNAUTHORIZED);
  });

  it("is none that is rewritten to something else", async () => {
    const filters = { access: { satisfy: "all" as const, basic }, rewrite: "/$1" };
    const step = access(new FakePlatform())(filters, routeWith(filters));
    expect(await step?.request?.(exchangeOf({ url }))).toMatchObject({ status: 401 });
  });
});
