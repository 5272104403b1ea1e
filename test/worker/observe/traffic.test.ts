import { expect, test } from "vitest";
import type { Backend, Route } from "../../../contract/index.ts";
import { latencyQuantile } from "../../../worker/observe/latency.ts";
import { type Served, Traffic } from "../../../worker/observe/traffic.ts";

const START = 1_800_000_000_000;

function routeOf(name: string, path = "/"): Route {
  return {
    ingress: `shop/${name}`,
    match: { path: { type: "PathPrefix", value: path } },
    backends: [{ service: "shop/web", port: 80, weight: 1 }],
  };
}

function scene() {
  let at = START;
  const traffic = new Traffic(() => at);
  const serve = (facts: Partial<Served> = {}) => {
    traffic.served({
      host: undefined,
      route: undefined,
      backend: undefined,
      endpoint: undefined,
      status: 200,
      durationMs: 3,
      ...facts,
    });
  };
  const pass = (ms: number) => {
    at += ms;
  };
  return { traffic, serve, pass };
}

test("a bucket counts ten seconds: requests, errors of both kinds and durations", () => {
  const { traffic, serve, pass } = scene();
  serve({ durationMs: 2 });
  serve({ status: 404, durationMs: 2 });
  serve({ status: 503, durationMs: 40_000 });
  pass(10_000);
  serve({ status: 200, durationMs: 5 });
  const [before, last] = traffic.snapshot().buckets.slice(-2);
  expect(before).toMatchObject({
    start: START,
    requests: 3,
    clientErrors: 1,
    errors: 1,
    latencySumMs: 40_004,
  });
  expect(before?.latencies).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  expect(last).toMatchObject({ start: START + 10_000, requests: 1, errors: 0, latencySumMs: 5 });
});

test("there are always sixty buckets without gaps, and what is older than they are is gone", () => {
  const { traffic, serve, pass } = scene();
  serve();
  expect(traffic.snapshot().buckets).toHaveLength(60);
  pass(599_999);
  expect(traffic.snapshot().buckets[0]).toMatchObject({ start: START, requests: 1 });
  pass(1);
  const { buckets } = traffic.snapshot();
  expect(buckets.map(({ start }) => start)).toEqual(buckets.map((_, n) => START + 10_000 * (n + 1)));
  expect(buckets.every(({ requests }) => requests === 0)).toBe(true);
});

test("a request counts for its route, its Service and its endpoint; a failed try at its endpoint too", () => {
  const { traffic, serve } = scene();
  const route = routeOf("web");
  const [backend] = route.backends;
  const where = { host: "*.example.com", route, backend };
  traffic.failed({ ...where, endpoint: "10.0.0.1:80" });
  serve({ ...where, endpoint: "10.0.0.2:80" });
  serve({ ...where, endpoint: "10.0.0.2:80", status: 502 });
  serve({ ...where, backend: undefined, status: 403 });
  const counts = (requests: number, errors: number, timed = requests) => ({
    requests,
    errors,
    recentRequests: requests,
    recentErrors: errors,
    recentTimed: timed,
    recentTookMs: 3 * timed,
  });
  expect(traffic.snapshot().routes).toEqual([
    {
      host: "*.example.com",
      path: "/",
      ingress: "shop/web",
      isOther: false,
      ...counts(3, 1),
      services: [
        {
          service: "shop/web",
          port: 80,
          ...counts(2, 1),
          endpoints: [
            { address: "10.0.0.1:80", ...counts(1, 1, 0) },
            { address: "10.0.0.2:80", ...counts(2, 1) },
          ],
        },
      ],
    },
  ]);
});

test("a new generation's records count on in the same series", () => {
  const { traffic, serve } = scene();
  for (const route of [routeOf("web"), routeOf("web")]) serve({ host: "a.test", route });
  expect(traffic.snapshot().routes).toMatchObject([{ ingress: "shop/web", requests: 2 }]);
});

test("what is recent fades within ten minutes, what is counted in all stays", () => {
  const { traffic, serve, pass } = scene();
  const route = routeOf("web");
  for (let n = 0; n < 10; n++) serve({ host: "a.test", route });
  pass(450_000);
  expect(traffic.snapshot().routes).toMatchObject([{ requests: 10, recentRequests: 5 }]);
  pass(300_000);
  expect(traffic.snapshot().routes).toMatchObject([{ requests: 10, recentRequests: 0 }]);
});

test("a scan of hosts makes no series, and of very many routes the last ones are counted together", () => {
  const { traffic, serve } = scene();
  for (let n = 0; n < 100; n++) serve({ status: 404 });
  expect(traffic.snapshot().routes).toEqual([]);
  for (let n = 0; n < 1_500; n++) serve({ host: `h${n}.test`, route: routeOf("web") });
  const { routes } = traffic.snapshot();
  expect(routes).toHaveLength(1_001);
  expect(routes[0]).toMatchObject({ host: "other", isOther: true, requests: 500 });
});

test("endpoints that are idle make room for new ones", () => {
  const { traffic, serve, pass } = scene();
  const route = routeOf("web");
  const backend: Backend = { service: "shop/web", port: 80, weight: 1 };
  const ask = (n: number) =>
    serve({ host: "a.test", route, backend, endpoint: `10.0.${n >> 8}.${n & 255}:80` });
  for (let n = 0; n < 4_100; n++) ask(n);
  const endpoints = () => traffic.snapshot().routes[0]?.services[0]?.endpoints ?? [];
  expect(endpoints()).toHaveLength(4_000);
  pass(600_000);
  ask(5_000);
  expect(endpoints()).toMatchObject([{ requests: 1 }]);
});

test.each<[string, number[], number, number | undefined]>([
  ["nothing has no quantile", [0, 0], 0.5, undefined],
  ["all in one class: its middle", [0, 0, 10], 0.5, 7.5],
  ["the last of a class: its bound", [9, 1], 0.9, 2],
  ["beyond the last bound: that bound", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3], 0.5, 30_000],
])("quantiles: %s", (_, counts, q, expected) => {
  expect(latencyQuantile(counts, q)).toBe(expected);
});
