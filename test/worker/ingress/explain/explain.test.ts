import { describe, expect, it, test } from "vitest";
import type { Filters, HostRecord, Root, Route, ServiceRecord } from "../../../../contract/index.ts";
import { explain, type ExplainOptions } from "../../../../worker/ingress/explain/explain.ts";
import type { Explanation } from "../../../../worker/ingress/explain/explanation.ts";
import type { SnapshotView } from "../../../../worker/snapshot/view.ts";
import { hostOf, serviceOf } from "../../support/records.ts";

interface World {
  readonly hosts: Record<string, HostRecord>;
  readonly services?: Record<string, ServiceRecord>;
  readonly certificates?: Record<string, object>;
}

function viewOf({
  hosts,
  services = { "shop/web": serviceOf("10.0.0.1", "10.0.0.2") },
  certificates = {},
}: World) {
  const sections: Record<string, Record<string, unknown>> = { hosts, services, certificates };
  return {
    root: {} as Root,
    get: (section: string, key: string) => sections[section]?.[key],
  } as unknown as SnapshotView;
}

interface Ask {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly address?: string;
  readonly options?: ExplainOptions;
}

const ask = (
  world: World,
  url: string,
  { method = "GET", headers = {}, address = "192.0.2.7", options }: Ask = {},
) => explain(viewOf(world), { method, url: new URL(url), headers: new Headers(headers), address }, options);

const looked = (candidates: Explanation["hosts"]) =>
  candidates.map(({ name, outcome, reason }) => `${name} ${outcome}: ${reason}`);

describe("the host", () => {
  const world = {
    hosts: { "a.test": hostOf("PathPrefix /"), "*.b.test": hostOf("PathPrefix /"), "*": hostOf() },
  };
  test.each([
    [
      "http://a.test/",
      [
        "a.test matches: has 1 route",
        "*.test not reached: is not asked: a host with rules of its own never falls through to another's",
        "* not reached: is not asked: a host with rules of its own never falls through to another's",
      ],
    ],
    [
      "http://x.b.test/",
      [
        "x.b.test fails: has no rules",
        "*.b.test matches: stands for its first label, and has 1 route",
        "* not reached: is not asked: a host with rules of its own never falls through to another's",
      ],
    ],
    [
      "http://c.test/",
      [
        "c.test fails: has no rules",
        "*.test fails: would stand for its first label, and has no rules",
        "* matches: stands for rules without a host: 0 routes",
      ],
    ],
  ])("of %s", async (url, expected) => {
    expect(looked((await ask(world, url)).hosts)).toEqual(expected);
  });

  it("is the Host header's where there is one", async () => {
    const { request, hosts } = await ask(world, "http://localhost:8080/x?q", {
      headers: { host: "a.test:8080" },
    });
    expect([request.url, hosts[0]?.outcome]).toEqual(["http://a.test:8080/x?q", "matches"]);
  });

  it("with a certificate of its own, or of a wildcard, is named", async () => {
    const certificates = { "*.test": {} };
    expect((await ask({ ...world, certificates }, "https://a.test/")).certificate).toBe("*.test");
    expect((await ask({ ...world, certificates }, "http://a.test/")).certificate).toBeUndefined();
    expect((await ask(world, "https://a.test/")).certificate).toBeUndefined();
  });
});

describe("a request that comes to no route", () => {
  const world = { hosts: { "a.test": hostOf("Exact /x") } };
  test.each<[string, string, Ask, number | undefined, string]>([
    ["for a host without rules", "http://b.test/", {}, 404, "No Ingress has rules for this host."],
    ["for a path without one", "http://a.test/y", {}, 404, "No path of the host matches."],
    ["for a malformed path", "http://a.test/%", {}, 400, "The path is malformed, or climbs above the root."],
    ["of a method that is refused", "http://a.test/x", { method: "TRACE" }, 405, "TRACE is not served."],
    ["of no method", "http://a.test/x", { method: "G T" }, 405, "G T is not served."],
    [
      "for the system host",
      "http://edge.test/",
      { options: { systemHost: "edge.test" } },
      undefined,
      "edge.test is the edge's own: it answers by itself.",
    ],
  ])("%s", async (_, url, options, status, text) => {
    expect((await ask(world, url, options)).outcome).toEqual({
      kind: "answered",
      ...(status !== undefined && { status }),
      text,
    });
  });
});

describe("the route", () => {
  it("is found among paths, with the reason for each", async () => {
    const hosts = {
      "a.test": hostOf(
        "Exact /A/B",
        "PathPrefix /a/b/c",
        "PathPrefix /a/bx",
        "PathPrefix /a",
        "PathPrefix /",
      ),
    };
    const { routes, request } = await ask({ hosts }, "http://a.test//a/%62");
    expect(request.path).toBe("/a/b");
    expect(looked(routes)).toEqual([
      "Exact /A/B fails: is another path: case matters",
      "PathPrefix /a/b/c fails: does not begin the path",
      "PathPrefix /a/bx fails: does not begin the path",
      "PathPrefix /a matches: begins the path, element by element, and is the longest that does",
      "PathPrefix / not reached: comes after it in matching order",
    ]);
  });

  it("is no prefix that ends within an element", async () => {
    const { routes } = await ask({ hosts: { "a.test": hostOf("PathPrefix /a") } }, "http://a.test/ab");
    expect(looked(routes)).toEqual(["PathPrefix /a fails: begins the path only within one of its elements"]);
  });

  it("is found among expressions, with what they capture", async () => {
    const hosts = {
      "a.test": hostOf(
        "RegularExpression /(b",
        "RegularExpression /b/(x)",
        "RegularExpression /b(/|$)(.*)(!)?",
      ),
    };
    const { routes, groups } = await ask({ hosts }, "http://a.test/B/c");
    expect(looked(routes)).toEqual([
      expect.stringMatching(/^RegularExpression \/\(b fails: cannot be run: it is no regular expression/),
      "RegularExpression /b/(x) fails: does not match from the path's start",
      "RegularExpression /b(/|$)(.*)(!)? matches: matches /B/c from its start, and is the first that does: the longest is tried first",
    ]);
    expect(groups).toEqual(["/", "c", ""]);
  });
});

function routed(filters: Filters, more: Partial<Route> = {}): World {
  const [route] = hostOf("RegularExpression /app(/|$)(.*)").routes;
  if (route === undefined) throw new Error("no route");
  return { hosts: { "a.test": { routes: [{ ...route, ...more, filters }] } } };
}

const done = ({ filters }: Explanation) => filters.map(({ filter, effect }) => `${filter} ${effect}`);

describe("the filters", () => {
  test.each<[string, Filters, string, string[], Partial<Explanation["outcome"]>]>([
    [
      "rewrite, and tell the upstream of it",
      {
        rewrite: "/$2",
        forwardedPrefix: "/app",
        upstreamHost: "in.test",
        requestHeaders: { "x-a": "$scheme" },
      },
      "http://a.test/app/x?q=1",
      ["rewrite changes", "upstreamHost changes", "forwardedPrefix changes", "requestHeaders changes"],
      { kind: "forwarded" },
    ],
    [
      "end where one answers",
      { maxBody: 10, toHttps: { status: 308 }, rewrite: "/$2" },
      "http://a.test/app/x",
      ["maxBody passes", "toHttps answers"],
      { kind: "answered", status: 308, location: "https://a.test/app/x" },
    ],
    [
      "pass what does not concern them",
      { toHttps: { status: 308 }, hsts: "max-age=1", cache: {} },
      "https://a.test/app",
      ["hsts later", "toHttps passes", "cache depends"],
      { kind: "forwarded" },
    ],
    [
      "close",
      { closed: true },
      "http://a.test/app",
      ["closed answers"],
      {
        kind: "answered",
        status: 503,
        text: "The edge refuses it: Access to this is restricted in a way that cannot be honoured.",
      },
    ],
    [
      "redirect",
      { redirect: { location: "https://b.test$request_uri", status: 301 } },
      "http://a.test/app?q",
      ["redirect answers"],
      { status: 301, location: "https://b.test/app?q", text: "The client is sent to https://b.test/app?q." },
    ],
  ])("%s", async (_, filters, url, effects, outcome) => {
    const explanation = await ask(routed(filters), url);
    expect(done(explanation)).toEqual(effects);
    expect(explanation.outcome).toMatchObject(outcome);
  });

  it("say what they did", async () => {
    const { filters, upstream } = await ask(
      routed({ rewrite: "/$2", requestHeaders: { "x-a": "1" } }),
      "http://a.test/app/x?q=1",
    );
    expect(filters.map(({ text }) => text)).toEqual([
      "the path becomes /$2: path /x?q=1",
      "the upstream gets x-a: x-a: 1",
    ]);
    expect(upstream).toEqual({ scheme: "http", target: "/x?q=1", host: "a.test", headers: { "x-a": "1" } });
  });

  const jwt: NonNullable<NonNullable<Filters["access"]>["jwt"]> = {
    issuer: "i",
    audiences: [],
    keys: { kind: "url", origin: "https://i.test", path: "/" },
    claimHeaders: {},
  };
  const basic = { realm: "a", users: { ada: "x" } };
  const bearer = { authorization: "Bearer x" };
  test.each<[string, NonNullable<Filters["access"]>, string, string, Record<string, string>?]>([
    ["a token that is not there", { satisfy: "all", jwt }, "/app", "access answers"],
    ["a password that is not there", { satisfy: "all", basic }, "/app", "access answers", bearer],
    [
      "a password that is not there, nor needed",
      { satisfy: "any", basic, jwt },
      "/app",
      "access depends",
      bearer,
    ],
    ["an address that is allowed", { satisfy: "all", allow: ["192.0.2.0/24"] }, "/app", "access passes"],
    ["an address that is not", { satisfy: "all", allow: ["10.0.0.0/8"] }, "/app", "access answers"],
    ["an address that is denied", { satisfy: "all", deny: ["192.0.2.7/32"], jwt }, "/app", "access answers"],
    [
      "an address that is no hindrance",
      { satisfy: "all", deny: ["10.0.0.0/8"], jwt },
      "/app",
      "access depends",
      bearer,
    ],
    ["an address that is enough", { satisfy: "any", allow: ["192.0.2.0/24"], jwt }, "/app", "access passes"],
    [
      "an address that is not, where a token would be",
      { satisfy: "any", allow: ["10.0.0.0/8"], jwt },
      "/app",
      "access depends",
      bearer,
    ],
  ])("of access judge %s", async (_, access, path, expected, headers = {}) => {
    expect(done(await ask(routed({ access }), `http://a.test${path}`, { headers }))).toEqual([expected]);
  });
});

describe("the backend", () => {
  const service = (states: string): ServiceRecord => {
    const record = serviceOf();
    if (record.kind !== "clusterIP") throw new Error("not expected");
    const endpoints = states.split("").map((state, index) => ({
      address: `10.0.0.${index + 1}`,
      ready: state === "r",
      ...(state === "d" && { draining: true as const }),
    }));
    return { ...record, subsets: record.subsets.map((subset) => ({ ...subset, endpoints })) };
  };

  test.each<[string, ServiceRecord | undefined, string[], string, string]>([
    [
      "ready",
      service("ru"),
      ["10.0.0.1:8080"],
      "1 of 2 endpoints are ready",
      "Forwarded to shop/web:80 as /app with Host a.test, over http.",
    ],
    [
      "terminating",
      service("ud"),
      ["10.0.0.2:8080"],
      "0 of 2 endpoints are ready; those that terminate still serve",
      "Forwarded",
    ],
    ["not ready", service("u"), [], "0 of 1 endpoints are ready", "No endpoint is ready."],
    ["missing", service(""), [], "has no endpoints", "No endpoint is ready."],
    ["of a Service that is missing", undefined, [], "is not in the snapshot", "No endpoint is ready."],
    [
      "elsewhere",
      { kind: "externalName", externalName: "b.test", ports: [] },
      ["b.test:80"],
      "is a name elsewhere",
      "Forwarded to shop/web:80",
    ],
  ])("has endpoints that are %s", async (_, record, endpoints, reason, outcome) => {
    const world = { ...routed({}), services: record === undefined ? {} : { "shop/web": record } };
    const explanation = await ask(world, "http://a.test/app");
    expect(explanation.backends).toEqual([
      { service: "shop/web", port: 80, share: "the route's only backend", endpoints, reason },
    ]);
    expect(explanation.outcome.text).toContain(outcome);
    expect(explanation.outcome.status).toBe(endpoints.length > 0 ? undefined : 503);
  });

  it("is none where the Ingress's could not be resolved", async () => {
    const { outcome } = await ask(routed({}, { backends: [] }), "http://a.test/app");
    expect(outcome).toEqual({ kind: "answered", status: 503, text: "The backend leads to no Service." });
  });

  const canary = { ingress: "shop/next", service: "shop/next", port: 80, weight: 0, total: 100 };
  const services = { "shop/web": serviceOf("10.0.0.1"), "shop/next": serviceOf("10.0.0.9") };
  test.each<[string, NonNullable<Filters["canary"]>, Record<string, string>, string[]]>([
    [
      "by weight, is either",
      { ...canary, weight: 20 },
      {},
      ["shop/next canary of Ingress shop/next: 20 of 100 requests", "shop/web the route's only backend"],
    ],
    ["without a weight, is the main one", canary, {}, ["shop/web the route's only backend"]],
    [
      "by header, is the canary's",
      { ...canary, header: { name: "x-next" } },
      { "x-next": "always" },
      ["shop/next canary of Ingress shop/next: header x-next asks for it"],
    ],
    [
      "by cookie, is the main one",
      { ...canary, weight: 100, cookie: "next" },
      { cookie: "next=never" },
      ["shop/web the route's only backend"],
    ],
  ])("of a canary %s", async (_, canary, headers, expected) => {
    const world = { ...routed({ canary }), services };
    const { backends } = await ask(world, "http://a.test/app", { headers });
    expect(backends.map(({ service, share }) => `${service} ${share}`)).toEqual(expected);
  });

  test.each<[Filters, Record<string, string>, string]>([
    [{}, {}, "endpoints take turns"],
    [
      { balance: { by: "hash", key: "$http_x_user" } },
      { "x-user": "ann" },
      `by $http_x_user, here "ann": always the same endpoint while the endpoints stay`,
    ],
    [
      { balance: { by: "hash", key: "$http_x_user" } },
      {},
      "by $http_x_user, which stands for nothing here: endpoints take turns",
    ],
  ])("is balanced as the route asks: %j %j", async (filters, headers, expected) => {
    expect((await ask(routed(filters), "http://a.test/app", { headers })).balancing).toEqual([expected]);
  });
});
