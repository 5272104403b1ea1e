/**
 * How much a client may ask for (ingress-nginx `limit-rps`, `limit-rpm`, `limit-connections`): what it asks of one Ingress
 * is counted together, whatever the path.
 */
import type { Limits, Route } from "../../../../contract/index.ts";
import { type Rate, rateOf } from "../../../limits/rate.ts";
import { RecentMap } from "../../../limits/recent-map.ts";
import { addressTest } from "../../address-ranges.ts";
import type { Problem } from "../../error-page.ts";
import type { Exchange, Filter, FilterPlatform, Step } from "../filter.ts";
import { Bucket } from "./bucket.ts";
import { clientKey } from "./client-key.ts";
import { type Connection, ConnectionLimit } from "./connections.ts";
import { limitField, policyField, type RatePolicy } from "./fields.ts";
import { untilSent } from "./sent.ts";
import { Sharing } from "./sharing.ts";
import { Counts } from "./underway.ts";

/** Clients whose use of a rate is remembered, at least; some 10 MB. */
const MOST_BUCKETS = 16_384;
/** Seconds: when a connection will be free is not known. */
const CONNECTION_WAIT = 1;

/** What an isolate knows of all limits' use. */
interface Book {
  readonly buckets: RecentMap<Bucket>;
  readonly counts: Counts;
  /** Absent where there is no object to share with. */
  readonly sharing: Sharing | undefined;
}

/** A request that is counted. */
interface Counted {
  readonly client: string;
  readonly buckets: readonly Bucket[];
  /** Seconds to wait, of one that was refused. */
  readonly wait?: number | undefined;
  readonly connection?: Connection | undefined;
  /** Of one that was refused: for its connections, and not for its rate. */
  readonly isConnection?: boolean;
}

type LimitsPlatform = Pick<FilterPlatform, "now" | "random" | "delay" | "waitUntil" | "log" | "limitPeers">;

export function limits(platform: LimitsPlatform): Filter {
  const { limitPeers } = platform;
  const book: Book = {
    buckets: new RecentMap(MOST_BUCKETS),
    counts: new Counts(),
    sharing: limitPeers && new Sharing(platform, limitPeers),
  };
  return ({ limits: wanted }, route) => wanted && step(wanted, route, book, platform);
}

interface RateLimit extends RatePolicy {
  readonly rate: Rate;
  readonly zone: string;
}

function step(wanted: Limits, route: Route, book: Book, platform: LimitsPlatform): Step {
  const { now, waitUntil } = platform;
  const rates = ratesOf(wanted, route);
  const connections = connectionLimit(wanted, route, book, platform);
  const keyOf = clientKey(wanted.by);
  // A list that cannot be read exempts nobody.
  const isExempt = wanted.exempt.length > 0 ? addressTest(wanted.exempt) : undefined;
  const policy = policyField(rates, wanted.connections);
  const refusal: Problem = { status: wanted.status, detail: "Too many requests come from this client." };
  const counted = new WeakMap<Exchange, Counted>();

  function count(exchange: Exchange): Counted {
    const client = keyOf(exchange);
    const at = now();
    const buckets = rates.map((limit) => bucketOf(book, limit, client, at));
    const wait = charge(buckets, at);
    if (book.sharing !== undefined) for (const bucket of buckets) book.sharing.used(bucket);
    // What the edge asks itself for a client is a part of a request that is underway already.
    if (wait !== undefined || connections === undefined || exchange.isInner === true) {
      return { client, buckets, wait };
    }
    const connection = connections.begin(client, exchange);
    const isRefused = connection === undefined;
    return {
      client,
      buckets,
      connection,
      isConnection: isRefused,
      wait: isRefused ? CONNECTION_WAIT : undefined,
    };
  }

  return {
    request(exchange) {
      if (isExempt?.(exchange.client.address) === true) return undefined;
      const found = count(exchange);
      counted.set(exchange, found);
      if (found.wait === undefined) return undefined;
      exchange.facts.limit = found.isConnection === true ? "connections" : "rate";
      return refusal;
    },
    response(exchange, response) {
      const found = counted.get(exchange);
      if (found === undefined) return undefined;
      const { client, buckets, wait, connection } = found;
      response.headers.append("ratelimit-policy", policy);
      response.headers.append("ratelimit", limitField(rates, buckets, connections?.free(client), now()));
      if (wait !== undefined) response.headers.set("retry-after", String(wait));
      return connection && untilSent(response, exchange.request, waitUntil, connection.end);
    },
    abandoned: (exchange) => counted.get(exchange)?.connection?.end(),
  };
}

function ratesOf({ by, perSecond, perMinute, burstMultiplier }: Limits, { ingress }: Route): RateLimit[] {
  const rates: RateLimit[] = [];
  const add = (name: RatePolicy["name"], limit: number | undefined, unit: "second" | "minute") => {
    if (limit === undefined) return;
    const burst = limit * burstMultiplier;
    const window = unit === "second" ? 1 : 60;
    const rate = rateOf(limit, unit, burstMultiplier);
    // Another rate begins anew: what is outstanding at one means nothing at another.
    const zone = zoneOf(ingress, by, `${limit}/${unit}+${burst}`);
    rates.push({ name, limit, window, burst, rate, zone });
  };
  add("per-second", perSecond, "second");
  add("per-minute", perMinute, "minute");
  return rates;
}

function connectionLimit(
  { by, connections }: Limits,
  { ingress }: Route,
  { counts, sharing }: Book,
  platform: LimitsPlatform,
): ConnectionLimit | undefined {
  if (connections === undefined) return undefined;
  return new ConnectionLimit(connections, zoneOf(ingress, by, "connections"), counts, sharing, platform);
}

function zoneOf(ingress: string, by: Limits["by"], what: string): string {
  return `${ingress} ${by === "address" ? by : by.header} ${what}`;
}

function bucketOf({ buckets }: Book, { zone, rate }: RateLimit, client: string, now: number): Bucket {
  const key = `${zone} ${client}`;
  let bucket = buckets.get(key);
  if (bucket === undefined) {
    bucket = new Bucket(key, rate, now);
    buckets.set(key, bucket);
  }
  return bucket;
}

/** Lets a request pass by all rates or by none, as nginx does; where it does not, the seconds to wait. */
function charge(buckets: readonly Bucket[], now: number): number | undefined {
  let wait: number | undefined;
  for (const bucket of buckets) {
    if (!bucket.asks(now)) wait = Math.max(wait ?? 1, Math.ceil(bucket.untilNext(now) / 1_000));
  }
  if (wait === undefined) for (const bucket of buckets) bucket.passes();
  return wait;
}
