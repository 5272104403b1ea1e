/** Requests of late: sums for people, and who was asked by which host. Pure. */
import type { Counts, TrafficFacts, TrafficFlow } from "./facts.ts";

export interface TrafficSummary extends Counts {
  /** When this isolate began to count, RFC 3339. */
  readonly since: string;
  /** What the numbers are of. */
  readonly minutes: number;
  readonly clientErrors: number;
  readonly perSecond: number;
  /** Milliseconds, of the newest step that has any; `null` without requests. */
  readonly p50: number | null;
  readonly p99: number | null;
  readonly stepSeconds: number;
  readonly points: TrafficFacts["points"];
}

export function trafficSummary({ since, stepSeconds, points }: TrafficFacts): TrafficSummary {
  const sum = (key: "requests" | "errors" | "clientErrors") =>
    points.reduce((total, point) => total + point[key], 0);
  const last = points.findLast(({ p50 }) => p50 !== null);
  const requests = sum("requests");
  // An isolate that has just begun has not counted for all of the steps.
  const newest = points.at(-1)?.time ?? since;
  const first = Math.max(points[0]?.time ?? since, since);
  const seconds = Math.max(stepSeconds, (newest - first) / 1000 + stepSeconds);
  return {
    since: new Date(since).toISOString(),
    minutes: Math.round((points.length * stepSeconds) / 60),
    requests,
    errors: sum("errors"),
    clientErrors: sum("clientErrors"),
    perSecond: requests / seconds,
    p50: last?.p50 ?? null,
    p99: last?.p99 ?? null,
    stepSeconds,
    points,
  };
}

export interface TimedCounts extends Counts {
  /** The mean time that they took, in milliseconds; `null` where nothing has any. */
  readonly ms: number | null;
}

export interface TrafficView {
  readonly since: string;
  readonly minutes: number;
  readonly summary: TrafficSummary;
  readonly hosts: readonly (TimedCounts & { readonly host: string })[];
  readonly services: readonly (TimedCounts & { readonly service: string })[];
  readonly endpoints: readonly (TimedCounts & { readonly endpoint: string; readonly service: string })[];
  /** The ways between them, the busiest first. */
  readonly flows: readonly TrafficFlow[];
}

export function trafficView(facts: TrafficFacts): TrafficView {
  const { flows } = facts;
  return {
    since: new Date(facts.since).toISOString(),
    minutes: facts.flowsMinutes,
    summary: trafficSummary(facts),
    hosts: summed(flows, ({ host }) => ({ host })),
    services: summed(flows, ({ service }) => ({ service })),
    endpoints: summed(
      flows.filter(({ endpoint }) => endpoint !== ""),
      ({ endpoint, service }) => ({ endpoint, service }),
    ),
    flows: flows.toSorted((a, b) => b.requests - a.requests),
  };
}

/** The busiest first. */
function summed<N extends object>(
  flows: readonly TrafficFlow[],
  namesOf: (flow: TrafficFlow) => N,
): (N & TimedCounts)[] {
  const sums = new Map<
    string,
    { names: N; requests: number; errors: number; timed: number; tookMs: number }
  >();
  for (const flow of flows) {
    const names = namesOf(flow);
    const key = JSON.stringify(names);
    const sum = sums.get(key) ?? { names, requests: 0, errors: 0, timed: 0, tookMs: 0 };
    sum.requests += flow.requests;
    sum.errors += flow.errors;
    sum.timed += flow.timed;
    sum.tookMs += flow.tookMs;
    sums.set(key, sum);
  }
  return [...sums]
    .toSorted(([a, { requests: x }], [b, { requests: y }]) => y - x || (a < b ? -1 : 1))
    .map(([, { names, requests, errors, timed, tookMs }]) =>
      Object.assign(names, { requests, errors, ms: timed === 0 ? null : tookMs / timed }),
    );
}
