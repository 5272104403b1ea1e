/**
 * What a client is told of its limits: the RateLimit-Policy and RateLimit fields of draft-ietf-httpapi-ratelimit-headers-11,
 * lists of strings with parameters (RFC 9651).
 */
import type { Bucket } from "./bucket.ts";

export interface RatePolicy {
  readonly name: "per-second" | "per-minute";
  readonly limit: number;
  /** Seconds. */
  readonly window: 1 | 60;
  /** Requests beyond the limit that may come at once. */
  readonly burst: number;
}

const CONNECTIONS = "connections";

/** @param connections that a client may have underway; `undefined` where that is not limited */
export function policyField(rates: readonly RatePolicy[], connections: number | undefined): string {
  const items = rates.map(
    ({ name, limit, window, burst }) => `"${name}";q=${limit};w=${window};lintel-burst=${burst}`,
  );
  if (connections !== undefined) items.push(`"${CONNECTIONS}";q=${connections};qu="concurrent-requests"`);
  return items.join(", ");
}

/**
 * How many requests would be let pass now, and the seconds until it is one more.
 *
 * @param buckets those of the rates
 * @param free connections
 */
export function limitField(
  rates: readonly RatePolicy[],
  buckets: readonly Bucket[],
  free: number | undefined,
  now: number,
): string {
  const items = buckets.map(
    (bucket, i) =>
      `"${rates[i]?.name}";r=${bucket.remaining(now)};t=${Math.ceil(bucket.untilNext(now) / 1_000)}`,
  );
  if (free !== undefined) items.push(`"${CONNECTIONS}";r=${free}`);
  return items.join(", ");
}
