import { beforeEach, describe, expect, it, test } from "vitest";
import type { GatewayFault, Root, Route, ServiceRecord } from "../../../contract/index.ts";
import type { Problem } from "../../../worker/ingress/error-page.ts";
import type { Forward } from "../../../worker/ingress/forward.ts";
import { Pools } from "../../../worker/ingress/pool.ts";
import { createProxy } from "../../../worker/ingress/proxy.ts";
import type { SnapshotView } from "../../../worker/snapshot/view.ts";
import { serviceOf } from "../support/records.ts";

interface Attempt {
  upstream: string;
  body: string | undefined;
}

let attempts: Attempt[];
let faults: string[];
/** What each try meets, in order; a Response once these are used up. */
let outcomes: GatewayFault[];
/** Whether a try that fails has taken the whole body, and not just a little of it. */
let drained: boolean;
beforeEach(() => {
  drained = false;
  attempts = [];
  faults = [];
  outcomes = [];
});

const forward: Forward = async ({ body }, upstream) => {
  const outcome = outcomes.shift();
  const wholly = outcome === undefined || drained;
  const taken = wholly && body !== null ? await new Response(body).text() : undefined;
  if (!wholly && body !== null) await body.getReader().read();
  attempts.push({ upstream, body: taken });
  return outcome ?? new Response("served", { headers: { connection: "close", "lintel-x": "1" } });
};

async function proxied(
  service: ServiceRecord | undefined,
  init: RequestInit = {},
): Promise<Response | Problem> {
  const proxy = createProxy({
    pools: new Pools(() => 0),
    forward,
    random: () => 0,
    now: () => 0,
    onFault: (fault, upstream) => faults.push(`${fault} ${upstream}`),
  });
  const route: Route = {
    ingress: "shop/web",
    match: { path: { type: "PathPrefix", value: "/" } },
    backends: [{ service: "shop/web", port: 80, weight: 1 }],
  };
  const view: SnapshotView = { root: {} as Root, get: () => service as never };
  const request = new Request("http://a.test/x", init);
  return proxy(view, {
    request,
    route,
    host: "a.test",
    client: { address: "127.0.0.1", scheme: "http", port: 80 },
    requestId: "id-1",
  });
}

const status = (outcome: Response | Problem) => outcome.status;

describe("the proxy", () => {
  test.each<[string, string[], GatewayFault[], number, number]>([
    ["serves from the first endpoint that answers", ["1", "2"], [], 1, 200],
    ["tries the next when a dial fails", ["1", "2", "3"], ["dial", "dial"], 3, 200],
    ["gives up after three tries", ["1", "2", "3", "4"], ["dial", "dial", "dial"], 3, 502],
    ["tries no endpoint twice", ["1", "2"], ["dial", "dial"], 2, 502],
    ["tries no other once something was sent", ["1", "2"], ["reset"], 1, 502],
    ["answers 504 when the endpoint does not answer in time", ["1", "2"], ["timeout"], 1, 504],
    ["tries no other when the target is refused", ["1", "2"], ["target"], 1, 502],
    ["answers 503 without endpoints", [], [], 0, 503],
  ])("%s", async (_, endpoints, met, tries, expected) => {
    outcomes = [...met];
    const outcome = await proxied(serviceOf(...endpoints.map((n) => `10.0.0.${n}`)));
    expect(status(outcome)).toBe(expected);
    expect(new Set(attempts.map(({ upstream }) => upstream)).size).toBe(tries);
    expect(attempts).toHaveLength(tries);
    expect(faults).toHaveLength(met.length);
  });

  it("answers 503 when the Service does not exist", async () => {
    expect(status(await proxied(undefined))).toBe(503);
  });

  it("sends a body whole to the endpoint that takes it, after others could not be dialed", async () => {
    outcomes = ["dial", "dial"];
    const outcome = await proxied(serviceOf("10.0.0.1", "10.0.0.2", "10.0.0.3"), {
      method: "POST",
      body: "all of it",
    });
    expect(status(outcome)).toBe(200);
    expect(attempts.map(({ body }) => body)).toEqual([undefined, undefined, "all of it"]);
  });

  it("does not send a body again of which more was taken than is kept", async () => {
    outcomes = ["dial"];
    drained = true;
    const outcome = await proxied(serviceOf("10.0.0.1", "10.0.0.2"), {
      method: "POST",
      body: "x".repeat(100_000),
    });
    expect(status(outcome)).toBe(502);
    expect(attempts).toHaveLength(1);
  });

  it("cleans the response for the client", async () => {
    const outcome = await proxied(serviceOf("10.0.0.1"));
    if (!(outcome instanceof Response)) expect.fail("no response");
    expect([...outcome.headers.keys()]).toEqual(["content-type", "date", "server"]);
  });
});
