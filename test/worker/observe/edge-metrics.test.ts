import { expect, test } from "vitest";
import { EDGE_FAMILIES, EdgeMetrics } from "../../../worker/observe/edge-metrics.ts";
import { RequestFacts } from "../../../worker/observe/facts.ts";
import { routeWith } from "../support/exchange.ts";

function facts(given: Partial<RequestFacts>): RequestFacts {
  return Object.assign(new RequestFacts(), { status: 200, durationMs: 7 }, given);
}

/** The lines that are no comments. */
function samples(metrics: EdgeMetrics, snapshot?: { generation: number; time: number }): string[] {
  return metrics
    .text(snapshot, 1_000_000)
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.replace("lintel_edge_", ""));
}

const IDLE = ["snapshot_generation 0", "refused_roots_total 0", "head_failures_total 0"];

test("an edge that has served nothing counts nothing of Ingresses", () => {
  expect(samples(new EdgeMetrics())).toEqual(IDLE);
});

test("requests are counted by Ingress and class of status, with retries, limits and the cache", () => {
  const metrics = new EdgeMetrics();
  const route = routeWith();
  metrics.answered(facts({ route, tries: 3 }));
  metrics.answered(facts({ route, cache: "stale" }));
  metrics.answered(facts({ route, status: 503, limit: "connections" }));
  metrics.answered(facts({ status: 404 }));
  metrics.answered(facts({ isSystem: true }));
  metrics.failed(route, "dial");
  metrics.ejected("shop/web");
  expect(
    samples(metrics, { generation: 9, time: 940_000 }).filter((line) => !line.includes("duration")),
  ).toEqual([
    'requests_total{ingress="none",code="4xx"} 1',
    'requests_total{ingress="system",code="2xx"} 1',
    'requests_total{ingress="shop/web",code="2xx"} 2',
    'requests_total{ingress="shop/web",code="5xx"} 1',
    'upstream_failures_total{ingress="shop/web",fault="dial"} 1',
    'retries_total{ingress="none"} 0',
    'retries_total{ingress="system"} 0',
    'retries_total{ingress="shop/web"} 2',
    'limited_total{ingress="shop/web",limit="connections"} 1',
    'cache_requests_total{ingress="shop/web",outcome="stale"} 1',
    'ejections_total{service="shop/web"} 1',
    "snapshot_generation 9",
    "snapshot_age_seconds 60",
    "refused_roots_total 0",
    "head_failures_total 0",
  ]);
});

test("durations are a cumulative histogram in seconds", () => {
  const metrics = new EdgeMetrics();
  for (const durationMs of [2, 3, 60_000]) metrics.answered(facts({ route: routeWith(), durationMs }));
  const text = samples(metrics).filter((line) => line.includes("duration"));
  const bucket = (le: string, count: number) =>
    `request_duration_seconds_bucket{ingress="shop/web",le="${le}"} ${count}`;
  expect(text.slice(0, 2)).toEqual([bucket("0.002", 1), bucket("0.005", 2)]);
  expect(text.slice(-4)).toEqual([
    bucket("30", 2),
    bucket("+Inf", 3),
    'request_duration_seconds_sum{ingress="shop/web"} 60.005',
    'request_duration_seconds_count{ingress="shop/web"} 3',
  ]);
});

test("a scan makes no series, and of very many Ingresses the last ones are counted together", () => {
  const metrics = new EdgeMetrics();
  for (let n = 0; n < 500; n++) metrics.answered(facts({ status: 404 }));
  expect(samples(metrics).filter((line) => line.startsWith("requests"))).toHaveLength(1);
  for (let n = 0; n < 1_200; n++) {
    metrics.answered(facts({ route: { ...routeWith(), ingress: `shop/i${n}` } }));
  }
  const lines = samples(metrics).filter((line) => line.startsWith("requests"));
  expect(lines).toHaveLength(1_002);
  expect(lines.at(-1)).toBe('requests_total{ingress="other",code="2xx"} 200');
});

test("every family is written with its help and type", () => {
  const text = new EdgeMetrics().text(undefined, 0);
  for (const { name, type, help } of Object.values(EDGE_FAMILIES)) {
    expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
  }
});
