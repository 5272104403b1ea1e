import { beforeEach, describe, expect, it, test } from "vitest";
import {
  type GatewayFault,
  type HostRecord,
  type Root,
  type ServiceRecord,
  type Target,
  utf8,
} from "../../../../contract/index.ts";
import type { Exchange } from "../../../../worker/ingress/filters/filter.ts";
import { type ForwardRequest, GatewayUnreachableError } from "../../../../worker/ingress/forward.ts";
import type { IngressRequest } from "../../../../worker/ingress/handler.ts";
import { Pools } from "../../../../worker/ingress/pool.ts";
import type { TargetRequest } from "../../../../worker/ingress/target-fetch.ts";
import { createTargets } from "../../../../worker/ingress/targets/targets.ts";
import type { SnapshotView } from "../../../../worker/snapshot/view.ts";
import { exchangeOf, type ExchangeInit } from "../../support/exchange.ts";
import { hostOf, serviceOf } from "../../support/records.ts";

const ROOT = { settings: { dns: { domain: "cluster.local" } } } as Root;
const HOSTS: Readonly<Record<string, HostRecord>> = {
  "a.test": hostOf("PathPrefix /"),
  "*.wild.test": hostOf("PathPrefix /"),
};
let hosts: Record<string, HostRecord>;
let services: Record<string, ServiceRecord>;

/** What the gateway was sent, and what it answers, the first of these first; a success at the end. */
let forwarded: (ForwardRequest & { readonly upstream: string })[];
let outcomes: (Response | GatewayFault | Error)[];
let inner: IngressRequest[];
let outer: Request[];
let goes: (ms: number) => Promise<void>;

beforeEach(() => {
  [forwarded, outcomes, inner, outer] = [[], [], [], []];
  hosts = { ...HOSTS };
  services = { "shop/auth": serviceOf("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4") };
  goes = () => new Promise(() => undefined);
});

function exchange(init: ExchangeInit = {}): Exchange {
  const view: SnapshotView = {
    root: ROOT,
    get: (section, key) => {
      const records: Record<string, unknown> = section === "hosts" ? hosts : services;
      return records[key] as undefined;
    },
  };
  return exchangeOf({ view, ...init });
}

async function ask(
  target: Target,
  request: Partial<TargetRequest> = {},
  on: Exchange = exchange(),
): Promise<Response> {
  const targets = createTargets({
    pools: new Pools({ random: () => 0, now: () => 0 }),
    forward: async (request, upstream) => {
      forwarded.push({ ...request, upstream });
      const outcome = outcomes.shift() ?? new Response("from the service");
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
    now: () => 0,
    delay: (ms) => goes(ms),
    ingress: async (_, request) => {
      inner.push(request);
      return new Response("from this edge");
    },
    fetch: async (request) => {
      outer.push(request);
      return new Response("from elsewhere");
    },
  });
  return targets(target)(on, { method: "GET", headers: new Headers(), timeoutMs: 5_000, ...request });
}

const service: Target = {
  kind: "service",
  service: "shop/auth",
  port: 80,
  scheme: "http",
  host: "auth.shop",
  path: "/check?m=$request_method",
};

const url = (origin: string, path = "/check"): Target => ({ kind: "url", origin, path });

describe("a Service", () => {
  it("is asked through the gateway, at one of its endpoints", async () => {
    const headers = new Headers({ "x-original-url": "http://a.test/x" });
    const response = await ask(service, { headers });
    expect(await response.text()).toBe("from the service");
    expect(forwarded).toMatchObject([
      {
        url: "http://auth.shop/check?m=GET",
        method: "GET",
        host: "auth.shop",
        body: null,
        timeouts: "5000,5000,5000",
      },
    ]);
    expect(forwarded[0]?.upstream).toMatch(/^http:\/\/10\.0\.0\.[1-4]:8080$/);
    expect(forwarded[0]?.headers.get("x-original-url")).toBe("http://a.test/x");
  });

  it("may be asked with a body, under another Host, over TLS", async () => {
    const body = utf8("body");
    await ask({ ...service, scheme: "https" }, { method: "POST", body, host: "other.test" });
    expect(forwarded).toMatchObject([{ method: "POST", host: "other.test" }]);
    expect(forwarded[0]?.upstream).toMatch(/^https:/);
    expect(await new Response(forwarded[0]?.body).text()).toBe("body");
  });

  it("answers with whatever status", async () => {
    outcomes = [new Response(null, { status: 503 })];
    expect((await ask(service)).status).toBe(503);
    expect(forwarded).toHaveLength(1);
  });

  test.each<[string, (GatewayFault | Error)[], number, string]>([
    ["another endpoint is asked where one cannot be dialed", ["dial", "dial"], 3, "200"],
    ["three are dialed", ["dial", "dial", "dial"], 3, "service shop/auth cannot be asked (dial)"],
    ["one that broke off is not asked again", ["reset"], 1, "service shop/auth cannot be asked (reset)"],
    ["one that was too slow is not either", ["timeout"], 1, "service shop/auth cannot be asked (timeout)"],
    ["without a gateway there is no answer", [new GatewayUnreachableError("gone")], 1, "gone"],
  ])("%s", async (_, wanted, dials, expected) => {
    outcomes = [...wanted];
    expect(await ask(service).then(({ status }) => String(status), messageOf)).toBe(expected);
    expect(new Set(forwarded.map(({ upstream }) => upstream)).size).toBe(dials);
  });

  it("that has no endpoint cannot be asked", async () => {
    services = {};
    expect(await ask(service).catch(messageOf)).toBe("service shop/auth has no endpoint that is ready");
  });
});

function messageOf(error: unknown): string {
  return (error as Error).message;
}

it("a target that takes too long has not answered, and what it says later is let go", async () => {
  const answer = Promise.withResolvers<Response>();
  const cancelled = Promise.withResolvers<string>();
  goes = async () => undefined;
  const targets = createTargets({
    pools: new Pools({ random: () => 0, now: () => 0 }),
    forward: async () => "dial",
    now: () => 0,
    delay: (ms) => goes(ms),
    ingress: () => answer.promise,
    fetch: async () => new Response(),
  });
  const request = { method: "GET", headers: new Headers(), timeoutMs: 5_000 };
  const asked = targets(url("https://a.test"))(exchange(), request);
  expect(await asked.catch(messageOf)).toBe("no answer within 5000 ms");
  answer.resolve(new Response(new ReadableStream({ cancel: () => cancelled.resolve("cancelled") })));
  expect(await cancelled.promise).toBe("cancelled");
});

describe("a URL of this edge", () => {
  test.each([
    ["by its name", "https://a.test", "https://a.test/check"],
    ["by a wildcard", "https://x.wild.test:8443", "https://x.wild.test:8443/check"],
    ["by the request's host", "https://$host", "https://a.test/check"],
  ])("%s is served by the edge itself, for the same client", async (_, origin, expected) => {
    const response = await ask(url(origin), { headers: new Headers({ "x-a": "1" }) });
    expect(await response.text()).toBe("from this edge");
    expect(inner.map(({ url }) => url.href)).toEqual([expected]);
    expect(inner[0]?.request.headers.get("x-a")).toBe("1");
    expect(inner[0]).toMatchObject({
      requestId: "id-1",
      isInner: true,
      client: { address: "192.0.2.7", scheme: "https", port: origin.includes("8443") ? 8443 : 443 },
    });
    expect(inner[0]?.request.headers.get("host")).toBe(new URL(expected).host);
    expect(outer).toEqual([]);
  });

  it("is asked under another Host where that is wanted", async () => {
    await ask(url("http://a.test"), { host: "b.test" });
    expect(inner[0]?.request.headers.get("host")).toBe("b.test");
  });

  it("does not go in circles", async () => {
    const on: Exchange = { ...exchange(), isInner: true };
    expect(await ask(url("https://a.test"), {}, on).catch(messageOf)).toBe(
      "a.test asks this edge for a request of its own",
    );
    expect(inner).toEqual([]);
  });
});

describe("a URL whose host is made of variables", () => {
  it("leads nowhere else, whatever Host a client sends", async () => {
    const on = exchange({ url: "http://evil.example.com/x" });
    expect(await ask(url("https://$host"), {}, on).catch(messageOf)).toBe(
      "evil.example.com is not served by this edge",
    );
    expect(outer).toEqual([]);
  });

  it("leads to the rules without a host where the edge has some", async () => {
    hosts["*"] = hostOf("PathPrefix /");
    await ask(url("https://$host"), {}, exchange({ url: "http://evil.example.com/x" }));
    expect([inner.length, outer.length]).toEqual([1, 0]);
  });

  test.each(["", "a b", "a.test/public", "a.test?", "a.test#", "alice@a.test"])(
    "must have a host in the end, and not: %s",
    async (text) => {
      const on = exchange({ init: { headers: { "x-host": text } } });
      expect(await ask(url("https://$http_x_host"), {}, on).catch(messageOf)).toBe(
        "the target has no host once its variables are filled in",
      );
      expect(inner).toEqual([]);
    },
  );
});

describe("a URL elsewhere", () => {
  it("is fetched, without following redirects", async () => {
    hosts["*"] = hostOf("PathPrefix /");
    const body = utf8("body");
    const response = await ask(url("https://auth.example.com:8443", "/c?u=$request_uri"), {
      method: "POST",
      body,
    });
    expect(await response.text()).toBe("from elsewhere");
    const [request] = outer;
    expect([request?.url, request?.method, request?.redirect, await request?.text()]).toEqual([
      "https://auth.example.com:8443/c?u=/x",
      "POST",
      "manual",
      "body",
    ]);
  });

  it("keeps its host whatever its path is made of", async () => {
    const on = exchange({ init: { headers: { "x-path": "@evil.test/" } } });
    await ask(url("https://auth.example.com", "$http_x_path"), {}, on);
    expect(outer[0]?.url).toBe("https://auth.example.com/@evil.test/");
  });

  test.each([
    ["http://127.0.0.1:8080", "127.0.0.1 is no public address (loopback)"],
    ["http://169.254.169.254", "169.254.169.254 is no public address (linkLocal)"],
    ["http://metadata.google.internal", /metadata\.google\.internal is no public name/],
    ["http://other.shop.svc.cluster.local", /is no public name/],
  ])("is not %s", async (origin, expected) => {
    expect(await ask(url(origin)).catch(messageOf)).toEqual(
      typeof expected === "string" ? expected : expect.stringMatching(expected),
    );
    expect(outer).toEqual([]);
  });
});
