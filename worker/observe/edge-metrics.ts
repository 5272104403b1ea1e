/**
 * What this isolate has counted of requests. The label `ingress` holds names that are configured and no others, and of
 * those a bounded number; counters are found once a route and kept with it, so that a request builds no text.
 */
import { GATEWAY_FAULTS, type GatewayFault, type Route } from "../../contract/index.ts";
import { CACHE_OUTCOMES, LIMIT_KINDS, type RequestFacts } from "./facts.ts";
import { bucketOf, LATENCY_BOUNDS_MS } from "./latency.ts";
import { type Family, familyText, histogramText, type Sample } from "./series.ts";

const family = (name: string, type: Family["type"], labels: readonly string[], help: string): Family => ({
  name: `lintel_edge_${name}`,
  type,
  labels,
  help,
});

/** All that edgeMetricsText() may write; a test holds dashboard and documentation to it. */
export const EDGE_FAMILIES = {
  requests: family(
    "requests_total",
    "counter",
    ["ingress", "code"],
    "Requests, by the class of their status.",
  ),
  durations: family(
    "request_duration_seconds",
    "histogram",
    ["ingress"],
    "From a request's arrival to the head of its response.",
  ),
  faults: family(
    "upstream_failures_total",
    "counter",
    ["ingress", "fault"],
    "Tries at endpoints that brought no response.",
  ),
  retries: family("retries_total", "counter", ["ingress"], "Tries after the first."),
  limited: family("limited_total", "counter", ["ingress", "limit"], "Requests refused by a limit."),
  cache: family(
    "cache_requests_total",
    "counter",
    ["ingress", "outcome"],
    "What the cache has made of requests.",
  ),
  ejections: family(
    "ejections_total",
    "counter",
    ["service"],
    "Endpoints left out for having failed repeatedly.",
  ),
  generation: family("snapshot_generation", "gauge", [], "The generation that is served; 0 for none."),
  age: family(
    "snapshot_age_seconds",
    "gauge",
    [],
    "Seconds since the agent made the snapshot that is served.",
  ),
  refused: family("refused_roots_total", "counter", [], "Roots that did not verify."),
  headFailures: family(
    "head_failures_total",
    "counter",
    [],
    "Looks at the head that brought nothing to follow.",
  ),
} as const;

/** At least 1,000 Ingresses have series of their own. */
const MOST_INGRESSES = 1_000;
const MOST_SERVICES = 1_000;
const CODES = ["1xx", "2xx", "3xx", "4xx", "5xx"] as const;
/** No Ingress's name: those have a slash. */
const NONE = "none";
const SYSTEM = "system";
const OTHER = "other";

class IngressSeries {
  readonly labels: readonly string[];
  readonly codes = new Float64Array(CODES.length);
  readonly latencies = new Float64Array(LATENCY_BOUNDS_MS.length + 1);
  readonly faults = new Float64Array(GATEWAY_FAULTS.length);
  readonly limited = new Float64Array(LIMIT_KINDS.length);
  readonly cache = new Float64Array(CACHE_OUTCOMES.length);
  sumMs = 0;
  retries = 0;

  constructor(name: string) {
    this.labels = [name];
  }
}

export interface SnapshotFacts {
  readonly generation: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

export class EdgeMetrics {
  readonly #ingresses = new Map<string, IngressSeries>();
  readonly #byRoute = new WeakMap<Route, IngressSeries>();
  readonly #ejections = new Map<string, number>();
  readonly #none = new IngressSeries(NONE);
  readonly #system = new IngressSeries(SYSTEM);
  readonly #other = new IngressSeries(OTHER);
  #refused = 0;
  #headFailures = 0;

  /** A request that was answered. */
  answered(facts: RequestFacts): void {
    const { route, status, durationMs, tries, cache, limit } = facts;
    const series = route === undefined ? (facts.isSystem ? this.#system : this.#none) : this.#seriesOf(route);
    increase(series.codes, Math.floor(status / 100) - 1);
    increase(series.latencies, bucketOf(durationMs));
    series.sumMs += durationMs;
    if (tries > 1) series.retries += tries - 1;
    if (cache !== undefined) increase(series.cache, CACHE_OUTCOMES.indexOf(cache));
    if (limit !== undefined) increase(series.limited, LIMIT_KINDS.indexOf(limit));
  }

  /** A try at an endpoint that brought no response. */
  failed(route: Route, fault: GatewayFault): void {
    increase(this.#seriesOf(route).faults, GATEWAY_FAULTS.indexOf(fault));
  }

  ejected(service: string): void {
    const isKnown = this.#ejections.has(service) || this.#ejections.size < MOST_SERVICES;
    const label = isKnown ? service : OTHER;
    this.#ejections.set(label, (this.#ejections.get(label) ?? 0) + 1);
  }

  rootRefused(): void {
    this.#refused++;
  }

  headFailed(): void {
    this.#headFailures++;
  }

  /** @param snapshot that is served now, if there is one */
  text(snapshot: SnapshotFacts | undefined, now: number): string {
    const all = [this.#none, this.#system, ...this.#ingresses.values(), this.#other];
    const series = all.filter(({ codes, faults }) => codes.some(isCounted) || faults.some(isCounted));
    const seconds = LATENCY_BOUNDS_MS.map((ms) => ms / 1_000);
    const by = (names: readonly string[], counts: (series: IngressSeries) => Float64Array) =>
      series.flatMap((one) => samplesOf(one.labels, names, counts(one)));
    const families = EDGE_FAMILIES;
    const age = snapshot === undefined ? [] : [[[], Math.max(0, (now - snapshot.time) / 1_000)] as const];
    return [
      familyText(
        families.requests,
        by(CODES, ({ codes }) => codes),
      ),
      histogramText(
        families.durations,
        seconds,
        series.map(({ labels, latencies, sumMs }) => ({ labels, counts: latencies, sum: sumMs / 1_000 })),
      ),
      familyText(
        families.faults,
        by(GATEWAY_FAULTS, ({ faults }) => faults),
      ),
      familyText(
        families.retries,
        series.map(({ labels, retries }) => [labels, retries]),
      ),
      familyText(
        families.limited,
        by(LIMIT_KINDS, ({ limited }) => limited),
      ),
      familyText(
        families.cache,
        by(CACHE_OUTCOMES, ({ cache }) => cache),
      ),
      familyText(
        families.ejections,
        Array.from(this.#ejections, ([service, count]) => [[service], count] as const),
      ),
      familyText(families.generation, [[[], snapshot?.generation ?? 0]]),
      familyText(families.age, age),
      familyText(families.refused, [[[], this.#refused]]),
      familyText(families.headFailures, [[[], this.#headFailures]]),
    ].join("");
  }

  #seriesOf(route: Route): IngressSeries {
    let series = this.#byRoute.get(route);
    if (series === undefined) {
      series = this.#named(route.ingress);
      this.#byRoute.set(route, series);
    }
    return series;
  }

  #named(ingress: string): IngressSeries {
    const known = this.#ingresses.get(ingress);
    if (known !== undefined) return known;
    if (this.#ingresses.size >= MOST_INGRESSES) return this.#other;
    const series = new IngressSeries(ingress);
    this.#ingresses.set(ingress, series);
    return series;
  }
}

/** What was never counted is left out. */
function samplesOf(labels: readonly string[], names: readonly string[], counts: Float64Array): Sample[] {
  return names
    .map((name, index): Sample => [[...labels, name], counts[index] ?? 0])
    .filter(([, count]) => isCounted(count));
}

function isCounted(count: number): boolean {
  return count > 0;
}

function increase(counts: Float64Array, place: number): void {
  counts[place] = (counts[place] ?? 0) + 1;
}
