import { beforeEach, describe, expect, it, test } from "vitest";
import type { Filters, GatewayFault, Root, Route, ServiceRecord } from "../../../contract/index.ts";
import type { Problem } from "../../../worker/ingress/error-page.ts";
import type { Forward, ForwardRequest } from "../../../worker/ingress/forward.ts";
import { Pools } from "../../../worker/ingress/pool.ts";
import { createProxy } from "../../../worker/ingress/proxy.ts";
import type { SnapshotView } from "../../../worker/snapshot/view.ts";
import { exchangeOf, routeWith } from "../support/exchange.ts";
import { serviceOf } from "../support/records.ts";

interface Attempt {
  upstream: string;
  body: string | undefined;
  told: { [K in "timeouts" | "verify" | "close"]: ForwardRequest[K] | undefined };
}

let attempts: Attempt[];
let faults: string[];
/** What each try meets, in order: a fault, or a status; 200 once these are used up. */
let outcomes: (GatewayFault | number)[];
/** Endpoints that cannot be dialed. */
let down: Set<string>;
/** Endpoints that break off. */
let breaking: Set<string>;
/** Whether a try that fails has taken the whole body, and not just a little of it. */
let drained: boolean;
let services: Map<string, ServiceRecord>;
let clock: number;
beforeEach(() => {
  drained = false;
  attempts = [];
  faults = [];
  outcomes = [];
  down = new Set();
  breaking = new Set();
  services = new Map();
  clock = 0;
});

const forward: Forward = async ({ body, timeouts, verify, close }, upstream) => {
  const outcome = down.has(upstream)
    ? "dial"
    : (outcomes.shift() ?? (breaking.has(upstream) ? "reset" : 200));
  const wholly = typeof outcome === "number" || drained;
  const taken = wholly && body !== null ? await new Response(body).text() : undefined;
  if (!wholly && body !== null) await body.getReader().read();
  attempts.push({
    upstream: upstream.replace(/^http:\/\/(.*):8080$/, "$1"),
    body: taken,
    told: { timeouts, verify, close },
  });
  clock += 1_000;
  if (typeof outcome === "string") return outcome;
  return new Response("served", { status: outcome, headers: { connection: "close", "lintel-x": "1" } });
};

const view: SnapshotView = {
  root: {} as Root,
  get: (_, key) => services.get(key) as never,
};

/** One proxy for one route, `shop/web`. */
function proxyFor(filters?: Filters, backends?: Route["backends"]) {
  const proxy = createProxy({
    pools: new Pools({ random: () => 0, now: () => clock }),
    forward,
    random: () => 0,
    now: () => clock,
    secret: "s3cret",
    onFault: (fault, upstream) => faults.push(`${fault} ${upstream}`),
  });
  const route = { ...routeWith(filters), ...(backends && { backends }) };
  return (init: RequestInit = {}): Promise<Response | Problem> => proxy(exchangeOf({ init, route, view }));
}

const serve = (...endpoints: string[]) =>
  services.set("shop/web", serviceOf(...endpoints.map((n) => `10.0.0.${n}`)));
const upstreams = () => attempts.map(({ upstream }) => upstream);

describe("the proxy", () => {
  test.each<[string, string[], GatewayFault[], number, number]>([
    ["serves from the first endpoint that answers", ["1", "2"], [], 1, 200],
    ["tries the next when a dial fails", ["1", "2", "3"], ["dial", "dial"], 3, 200],
    ["gives up after three tries", ["1", "2", "3", "4"], ["dial", "dial", "dial"], 3, 502],
    ["tries no endpoint twice", ["1", "2"], ["dial", "dial"], 2, 502],
    ["tries the next when an endpoint breaks off", ["1", "2"], ["reset"], 2, 200],
    ["answers 502 when all break off", ["1", "2"], ["reset", "reset"], 2, 502],
    ["answers 504 when no endpoint answers in time", ["1", "2"], ["timeout", "timeout"], 2, 504],
    ["tries no other when the target is refused", ["1", "2"], ["target"], 1, 502],
    ["answers 503 without endpoints", [], [], 0, 503],
  ])("%s", async (_, endpoints, met, tries, expected) => {
    outcomes = [...met];
    serve(...endpoints);
    const outcome = await proxyFor()();
    expect(outcome.status).toBe(expected);
    expect(new Set(upstreams()).size).toBe(tries);
    expect(attempts).toHaveLength(tries);
    expect(faults).toHaveLength(met.length);
  });

  it("answers 503 when the Service does not exist", async () => {
    expect((await proxyFor()()).status).toBe(503);
  });

  it("cleans the response for the client", async () => {
    serve("1");
    const outcome = await proxyFor()();
    if (!(outcome instanceof Response)) expect.fail("no response");
    expect([...outcome.headers.keys()]).toEqual(["content-type", "date", "server"]);
  });

  it("divides requests among backends by their weights", async () => {
    for (const name of ["a", "b", "c"]) services.set(`shop/${name}`, serviceOf(`10.0.0.${name}`));
    const backend = (name: string, weight: number) => ({ service: `shop/${name}`, port: 80, weight });
    const ask = proxyFor(undefined, [backend("a", 7), backend("b", 3), backend("c", 0)]);
    for (let i = 0; i < 200; i++) await ask();
    const to = (name: string) => upstreams().filter((upstream) => upstream.endsWith(name)).length;
    expect([to("a"), to("b"), to("c")]).toEqual([expect.closeTo(140, -1), expect.closeTo(60, -1), 0]);
  });
});

describe("a request body", () => {
  const post = (body: string): RequestInit => ({ method: "POST", body });

  it("goes whole to the endpoint that takes it, after others could not be dialed", async () => {
    outcomes = ["dial", "dial"];
    serve("1", "2", "3");
    expect((await proxyFor()(post("all of it"))).status).toBe(200);
    expect(attempts.map(({ body }) => body)).toEqual([undefined, undefined, "all of it"]);
  });

  it("is not sent again of which more was taken than is kept", async () => {
    outcomes = ["dial"];
    drained = true;
    serve("1", "2");
    expect((await proxyFor()(post("x".repeat(5_000_000)))).status).toBe(502);
    expect(attempts).toHaveLength(1);
  });

  it("of a method that may be repeated is sent again after a response that is no good", async () => {
    outcomes = [503];
    serve("1", "2");
    const ask = proxyFor({ forwarding: { retryOn: [503] } });
    expect((await ask({ method: "PUT", body: "all of it" })).status).toBe(200);
    expect(attempts.map(({ body }) => body)).toEqual(["all of it", "all of it"]);
  });
});

describe("retries", () => {
  test.each<[string, NonNullable<Filters["forwarding"]>, string, (GatewayFault | number)[], number, number]>([
    ["stop at a POST that may have arrived", {}, "POST", ["reset"], 1, 502],
    ["go on with a POST that cannot have arrived", {}, "POST", ["dial"], 2, 200],
    [
      "go on with a POST where it may happen twice",
      { retryOn: ["error", "non_idempotent"] },
      "POST",
      ["reset"],
      2,
      200,
    ],
    ["go on after a status that is asked for", { retryOn: [502, 503] }, "GET", [503, 502], 3, 200],
    ["pass the last response on", { retryOn: [503] }, "GET", [503, 503, 503], 3, 503],
    ["leave other statuses alone", { retryOn: [503] }, "GET", [500], 1, 500],
    ["are off", { retryOn: [] }, "GET", ["dial"], 1, 502],
    ["are as many as asked for", { tries: 2 }, "GET", ["dial", "dial"], 2, 502],
    [
      "are as many as there are endpoints",
      { tries: 0 },
      "GET",
      Array.from({ length: 5 }, () => "dial" as const),
      5,
      502,
    ],
    [
      "end after the time for all of them",
      { tries: 0, triesMs: 1_500 },
      "GET",
      ["dial", "dial", "dial"],
      2,
      502,
    ],
  ])("%s", async (_, forwarding, method, met, tries, expected) => {
    outcomes = [...met];
    serve("1", "2", "3", "4", "5");
    expect((await proxyFor({ forwarding })({ method })).status).toBe(expected);
    expect(attempts).toHaveLength(tries);
  });

  it("do not multiply an outage", async () => {
    serve("1", "2", "3");
    const ask = proxyFor({ forwarding: { retryOn: [503] } });
    outcomes = Array.from({ length: 4_000 }, () => 503);
    // The clock stands still: all within one window.
    for (let i = 0; i < 1_000; i++) {
      await ask();
      clock = 0;
    }
    expect(attempts.length).toBe(1_000 + 200 + 50);
  });

  it("are as many as are needed where one endpoint is known to fail and another to serve", async () => {
    serve("1", "2", "3");
    const ask = proxyFor();
    // Only one of the two may be left out.
    breaking.add("http://10.0.0.1:8080").add("http://10.0.0.2:8080");
    const found = new Set<number>();
    for (let i = 0; i < 1_000; i++) {
      found.add((await ask()).status);
      clock = 0;
    }
    expect([...found]).toEqual([200]);
  });

  it("of failed dials cost nobody anything, and go on", async () => {
    serve("1", "2");
    down.add("http://10.0.0.1:8080");
    const ask = proxyFor();
    for (let i = 0; i < 500; i++) expect((await ask()).status).toBe(200);
  });
});

describe("an endpoint that fails", () => {
  it("is left out after three failures, tried once after a while, and let in again when it answers", async () => {
    serve("1", "2", "3");
    down.add("http://10.0.0.2:8080");
    const ask = proxyFor();
    for (let i = 0; i < 30; i++) expect((await ask()).status).toBe(200);
    const to = (n: string) => upstreams().filter((upstream) => upstream === `10.0.0.${n}`).length;
    // Three that ejected it, and trials after 5 s and 10 s more of the thirty or so.
    expect(to("2")).toBeLessThanOrEqual(6);
    down.clear();
    clock += 60_000;
    attempts = [];
    for (let i = 0; i < 30; i++) await ask();
    expect(to("2")).toBe(10);
  });

  it("also is one that answers with a status that counts as failure", async () => {
    serve("1", "2");
    const ask = proxyFor({ forwarding: { unhealthy: [500] } });
    outcomes = [200, 500, 200, 500, 200, 500];
    for (let i = 0; i < 10; i++) {
      await ask();
      clock = 0;
    }
    expect(new Set(upstreams().slice(6))).toEqual(new Set([upstreams()[0]]));
  });
});

describe("a canary", () => {
  const canary = { ingress: "shop/canary", service: "shop/next", port: 80, weight: 0, total: 100 } as const;
  const byHeader = { ...canary, header: { name: "x-canary" } };
  const always: RequestInit = { headers: { "x-canary": "always" } };
  beforeEach(() => {
    serve("1");
    services.set("shop/next", serviceOf("10.0.0.9"));
  });

  it("takes the requests that are for it, and no others", async () => {
    const ask = proxyFor({ canary: byHeader });
    await ask(always);
    await ask();
    expect(upstreams()).toEqual(["10.0.0.9", "10.0.0.1"]);
  });

  it("is passed over while it has no endpoint", async () => {
    services.set("shop/next", serviceOf());
    expect((await proxyFor({ canary: byHeader })(always)).status).toBe(200);
    expect(upstreams()).toEqual(["10.0.0.1"]);
  });

  const setCookieOf = (outcome: Response | Problem) =>
    outcome instanceof Response ? (outcome.headers.get("set-cookie") ?? "").split(";")[0] : undefined;
  test.each<[string, boolean, string[]]>([
    [
      "keeps a client on its side, whatever its header says",
      true,
      ["10.0.0.9", "10.0.0.9", "10.0.0.1", "10.0.0.1"],
    ],
    [
      "decides anew for each request where affinity is `legacy`",
      false,
      ["10.0.0.9", "10.0.0.1", "10.0.0.1", "10.0.0.9"],
    ],
  ])("%s", async (_, stickyCanary, expected) => {
    const affinity = { cookie: "route", mode: "balanced", stickyCanary } as const;
    const ask = proxyFor({ canary: byHeader, affinity });
    const toCanary = setCookieOf(await ask(always)) ?? "";
    await ask({ headers: { cookie: toCanary, "x-canary": "never" } });
    const toMain = setCookieOf(await ask({ headers: { "x-canary": "never" } })) ?? "";
    await ask({ headers: { cookie: toMain, "x-canary": "always" } });
    expect(upstreams()).toEqual(expected);
  });
});

describe("affinity", () => {
  const affinity = { cookie: "route", mode: "persistent", stickyCanary: true } as const;
  const cookieOf = (outcome: Response | Problem) => {
    if (!(outcome instanceof Response)) expect.fail("no response");
    return outcome.headers.get("set-cookie")?.split(";")[0];
  };

  it("sets its cookie once, and keeps to the endpoint", async () => {
    serve("1", "2", "3");
    const ask = proxyFor({ affinity });
    const cookie = cookieOf(await ask()) ?? "";
    for (let i = 0; i < 5; i++) expect(cookieOf(await ask({ headers: { cookie } }))).toBeUndefined();
    expect(new Set(upstreams()).size).toBe(1);
  });

  it("gives a client a new endpoint when its own has gone", async () => {
    serve("1", "2");
    const ask = proxyFor({ affinity });
    const cookie = cookieOf(await ask()) ?? "";
    serve("7");
    expect(cookieOf(await ask({ headers: { cookie } }))).toMatch(/^route=/);
    expect(upstreams().at(-1)).toBe("10.0.0.7");
  });

  it("stays with an endpoint that fails", async () => {
    serve("1", "2");
    const ask = proxyFor({ affinity });
    const cookie = cookieOf(await ask()) ?? "";
    down.add(`http://${upstreams()[0]}:8080`);
    for (let i = 0; i < 5; i++) expect((await ask({ headers: { cookie } })).status).toBe(502);
    expect(new Set(upstreams()).size).toBe(1);
  });

  it("changes an endpoint that fails, and the cookie with it, where asked for", async () => {
    serve("1", "2");
    const ask = proxyFor({ affinity: { ...affinity, changeOnFailure: true } });
    const cookie = cookieOf(await ask()) ?? "";
    down.add(`http://${upstreams()[0]}:8080`);
    const changed = await ask({ headers: { cookie } });
    expect([changed.status, cookieOf(changed)]).toEqual([200, expect.not.stringMatching(cookie)]);
    attempts = [];
    await ask({ headers: { cookie: cookieOf(changed) ?? "" } });
    expect(attempts).toHaveLength(1);
  });

  it("lets a client without an endpoint try others", async () => {
    serve("1", "2");
    down.add("http://10.0.0.1:8080").add("http://10.0.0.2:8080");
    const ask = proxyFor({ affinity });
    expect((await ask()).status).toBe(502);
    expect(new Set(upstreams()).size).toBe(2);
  });
});

describe("the gateway is told", () => {
  const told = async (forwarding: Filters["forwarding"]) => {
    serve("1");
    await proxyFor({ forwarding })();
    return attempts[0];
  };

  it("the timeouts that the route has of its own", async () => {
    expect((await told({ connectMs: 1_000, readMs: 5_000 }))?.told.timeouts).toBe("1000,5000,");
    attempts = [];
    expect((await told({}))?.told.timeouts).toBeUndefined();
  });

  it("to speak TLS, and what the certificate must bear", async () => {
    const attempt = await told({ scheme: "https", verify: "web.shop.svc" });
    expect([attempt?.upstream, attempt?.told.verify]).toEqual(["https://10.0.0.1:8080", "web.shop.svc"]);
  });

  it("of no certificate where there is no TLS", async () => {
    expect((await told({ scheme: "http", verify: "web.shop.svc" }))?.told.verify).toBeUndefined();
  });

  it("to close the connection", async () => {
    expect((await told({ close: true }))?.told.close).toBe(true);
  });

  it("to dial the Service's own address", async () => {
    expect((await told({ viaService: true }))?.upstream).toBe("http://10.96.0.10:80");
  });
});
