/**
 * What this isolate has served of late, for people: a short time series, and who was asked for what and by whom it was
 * answered. In memory alone, bounded, and counted without allocating: series are found once a route and kept with it.
 *
 * `Traffic.snapshot()` is what the dashboard draws from.
 */
import type { Backend, Route } from "../../contract/index.ts";
import { bucketOf, LATENCY_BOUNDS_MS } from "./latency.ts";
import { type Counts, RecentCount } from "./recent-count.ts";

export type { Counts } from "./recent-count.ts";

/** The whole of what an isolate knows. On Cloudflare there are many isolates, and each knows its own alone. */
export interface TrafficSnapshot {
  /** When it was taken, and since when this isolate counts: milliseconds since 1970. */
  readonly at: number;
  readonly since: number;
  /** The last ten minutes, oldest first, without gaps; the last one is still under way. */
  readonly buckets: readonly TrafficBucket[];
  /** Upper bounds of `TrafficBucket.latencies`, in milliseconds; one more count there is for what took longer. */
  readonly latencyBoundsMs: readonly number[];
  /** Those with the most recent requests first. Only routes that were asked for. */
  readonly routes: readonly RouteTraffic[];
}

export interface TrafficBucket {
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly durationMs: number;
  readonly requests: number;
  /** Statuses 400 to 499, and 500 upwards. */
  readonly clientErrors: number;
  readonly errors: number;
  /** The sum of all durations, and how many took how long (`latencyQuantile()` reads them). */
  readonly latencySumMs: number;
  readonly latencies: readonly number[];
}

/** A route, or with `isOther` all those for which there was no room. */
export interface RouteTraffic extends Counts {
  /** As it is configured, `*.example.com` or the default host's key too; never what a client asked for. */
  readonly host: string;
  readonly path: string;
  readonly ingress: string;
  readonly isOther: boolean;
  readonly services: readonly ServiceTraffic[];
}

export interface ServiceTraffic extends Counts {
  /** `namespace/name`. */
  readonly service: string;
  readonly port: number;
  readonly endpoints: readonly EndpointTraffic[];
}

/** Here errors are tries that failed as well: a request may so count at more than one endpoint. */
export interface EndpointTraffic extends Counts {
  /** `10.244.3.7:8080`. */
  readonly address: string;
}

/** What is counted of a request that was answered. */
export interface Served {
  /** The key of the host record, and its route; none where nothing was found. */
  readonly host: string | undefined;
  readonly route: Route | undefined;
  readonly backend: Backend | undefined;
  /** `10.244.3.7:8080`: who answered, or was tried last. */
  readonly endpoint: string | undefined;
  readonly status: number;
  readonly durationMs: number;
}

const BUCKET_MS = 10_000;
const BUCKETS = 60;
const LATENCIES = LATENCY_BOUNDS_MS.length + 1;
const MOST_ROUTES = 1_000;
const MOST_SERVICES = 2_000;
const MOST_ENDPOINTS = 4_000;
const OTHER = "other";
const UNTIMED = -1;

export class Traffic {
  readonly #now: () => number;
  readonly #since: number;
  /** The number of the bucket that each place of the ring holds, counted from 1970. */
  readonly #numbers = new Float64Array(BUCKETS);
  readonly #requests = new Uint32Array(BUCKETS);
  readonly #clientErrors = new Uint32Array(BUCKETS);
  readonly #errors = new Uint32Array(BUCKETS);
  readonly #sums = new Float64Array(BUCKETS);
  readonly #latencies = new Uint32Array(BUCKETS * LATENCIES);
  /** What outlives a generation, by name; and the same by the records of the generation, without a name to be built. */
  readonly #routes = new Map<string, RouteSeries>();
  readonly #byRoute = new WeakMap<Route, RouteView>();
  readonly #room = { services: MOST_SERVICES, endpoints: MOST_ENDPOINTS };

  constructor(now: () => number) {
    this.#now = now;
    this.#since = now();
  }

  /** @param at now */
  served({ host, route, backend, endpoint, status, durationMs }: Served, at = this.#now()): void {
    this.#countTime(at, status, durationMs);
    if (host === undefined || route === undefined) return;
    const view = this.#viewOf(host, route);
    const isError = status >= 500;
    view.series.count.add(at, isError, durationMs);
    if (backend === undefined) return;
    const service = view.serviceOf(backend);
    service?.count.add(at, isError, durationMs);
    if (endpoint !== undefined) service?.endpointOf(endpoint, at)?.add(at, isError, durationMs);
  }

  /** A try that failed, and was followed by another one. */
  failed({ host, route, backend, endpoint }: Omit<Served, "status" | "durationMs">): void {
    if (host === undefined || route === undefined || backend === undefined || endpoint === undefined) return;
    const at = this.#now();
    this.#viewOf(host, route).serviceOf(backend)?.endpointOf(endpoint, at)?.add(at, true, UNTIMED);
  }

  snapshot(): TrafficSnapshot {
    const at = this.#now();
    const newest = Math.floor(at / BUCKET_MS);
    return {
      at,
      since: this.#since,
      buckets: Array.from({ length: BUCKETS }, (_, index) => this.#bucket(newest - BUCKETS + 1 + index)),
      latencyBoundsMs: LATENCY_BOUNDS_MS,
      routes: Array.from(this.#routes.values(), (series) => series.traffic(at)).toSorted(
        (a, b) => b.recentRequests - a.recentRequests || b.requests - a.requests,
      ),
    };
  }

  #countTime(at: number, status: number, durationMs: number): void {
    const number = Math.floor(at / BUCKET_MS);
    const place = number % BUCKETS;
    if (this.#numbers[place] !== number) this.#begin(place, number);
    increase(this.#requests, place, 1);
    if (status >= 500) increase(this.#errors, place, 1);
    else if (status >= 400) increase(this.#clientErrors, place, 1);
    increase(this.#sums, place, durationMs);
    increase(this.#latencies, place * LATENCIES + bucketOf(durationMs), 1);
  }

  #begin(place: number, number: number): void {
    this.#numbers[place] = number;
    for (const counts of [this.#requests, this.#clientErrors, this.#errors, this.#sums]) counts[place] = 0;
    this.#latencies.fill(0, place * LATENCIES, (place + 1) * LATENCIES);
  }

  #bucket(number: number): TrafficBucket {
    const place = number % BUCKETS;
    const isKnown = this.#numbers[place] === number;
    const of = (counts: Uint32Array | Float64Array) => (isKnown ? (counts[place] ?? 0) : 0);
    const latencies = this.#latencies.subarray(place * LATENCIES, (place + 1) * LATENCIES);
    return {
      start: number * BUCKET_MS,
      durationMs: BUCKET_MS,
      requests: of(this.#requests),
      clientErrors: of(this.#clientErrors),
      errors: of(this.#errors),
      latencySumMs: of(this.#sums),
      latencies: Array.from(latencies, (count) => (isKnown ? count : 0)),
    };
  }

  #viewOf(host: string, route: Route): RouteView {
    let view = this.#byRoute.get(route);
    if (view === undefined) {
      view = new RouteView(this.#seriesOf(host, route));
      this.#byRoute.set(route, view);
    }
    return view;
  }

  #seriesOf(host: string, { ingress, match: { path } }: Route): RouteSeries {
    const key = `${host} ${path.type} ${path.value} ${ingress}`;
    const known = this.#routes.get(key) ?? (this.#routes.size < MOST_ROUTES ? undefined : this.#other);
    if (known !== undefined) return known;
    const series = new RouteSeries({ host, path: path.value, ingress, isOther: false }, this.#room);
    this.#routes.set(key, series);
    return series;
  }

  get #other(): RouteSeries {
    let series = this.#routes.get(OTHER);
    if (series === undefined) {
      series = new RouteSeries({ host: OTHER, path: OTHER, ingress: OTHER, isOther: true }, this.#room);
      this.#routes.set(OTHER, series);
    }
    return series;
  }
}

/** How many more series there may be: one number for all routes. */
interface Room {
  services: number;
  endpoints: number;
}

type Names = Pick<RouteTraffic, "host" | "path" | "ingress" | "isOther">;

class RouteSeries {
  readonly count = new RecentCount();
  readonly #names: Names;
  readonly #services = new Map<string, ServiceSeries>();
  readonly #room: Room;

  constructor(names: Names, room: Room) {
    this.#names = names;
    this.#room = room;
  }

  /** `undefined` where there is no room. */
  serviceOf({ service, port }: Backend): ServiceSeries | undefined {
    const key = `${service}:${port}`;
    let series = this.#services.get(key);
    if (series === undefined && this.#room.services > 0) {
      this.#room.services--;
      series = new ServiceSeries(service, port, this.#room);
      this.#services.set(key, series);
    }
    return series;
  }

  traffic(at: number): RouteTraffic {
    const services = Array.from(this.#services.values(), (series) => series.traffic(at));
    return { ...this.#names, ...this.count.read(at), services };
  }
}

class ServiceSeries {
  readonly count = new RecentCount();
  readonly #service: string;
  readonly #port: number;
  readonly #endpoints = new Map<string, RecentCount>();
  readonly #room: Room;

  constructor(service: string, port: number, room: Room) {
    this.#service = service;
    this.#port = port;
    this.#room = room;
  }

  /** Endpoints come and go: where there is no room, this Service's idle ones make some. */
  endpointOf(address: string, at: number): RecentCount | undefined {
    const known = this.#endpoints.get(address);
    if (known !== undefined) return known;
    if (this.#room.endpoints === 0) this.#forgetIdle(at);
    if (this.#room.endpoints === 0) return undefined;
    this.#room.endpoints--;
    const count = new RecentCount();
    this.#endpoints.set(address, count);
    return count;
  }

  #forgetIdle(at: number): void {
    for (const [address, count] of this.#endpoints) {
      if (count.isIdle(at) && this.#endpoints.delete(address)) this.#room.endpoints++;
    }
  }

  traffic(at: number): ServiceTraffic {
    const endpoints = Array.from(this.#endpoints, ([address, count]) => ({ address, ...count.read(at) }));
    return { service: this.#service, port: this.#port, ...this.count.read(at), endpoints };
  }
}

/** A route's series as one generation's records name them. */
class RouteView {
  readonly series: RouteSeries;
  readonly #services = new Map<Backend, ServiceSeries | undefined>();

  constructor(series: RouteSeries) {
    this.series = series;
  }

  serviceOf(backend: Backend): ServiceSeries | undefined {
    let service = this.#services.get(backend);
    if (service === undefined) {
      service = this.series.serviceOf(backend);
      if (service !== undefined) this.#services.set(backend, service);
    }
    return service;
  }
}

function increase(counts: Uint32Array | Float64Array, place: number, by: number): void {
  counts[place] = (counts[place] ?? 0) + by;
}
