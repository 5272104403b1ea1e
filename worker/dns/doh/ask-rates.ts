/** How many queries a second a token may ask: exact within an isolate, and of all isolates together within 2 s. */
import { Bucket } from "../../ingress/filters/limits/bucket.ts";
import { Sharing } from "../../ingress/filters/limits/sharing.ts";
import type { LimitPeers } from "../../limits/exchange.ts";
import { rateOf } from "../../limits/rate.ts";
import { RecentMap } from "../../limits/recent-map.ts";
import type { Platform } from "../../platform.ts";

/** A client looks up what a page needs at once, and then nothing for a while. */
const BURST = 5;
const MOST_BUCKETS = 4_096;

export type RatePlatform = Pick<Platform, "now" | "random" | "delay" | "waitUntil" | "log">;

export class AskRates {
  readonly #platform: RatePlatform;
  readonly #sharing: Sharing | undefined;
  readonly #buckets = new RecentMap<Bucket>(MOST_BUCKETS);

  /** @param peers absent where isolates cannot tell each other */
  constructor(platform: RatePlatform, peers: LimitPeers | undefined) {
    this.#platform = platform;
    this.#sharing = peers && new Sharing(platform, peers);
  }

  /** Counts a query in; the seconds to wait where it is one too many. */
  ask(name: string, perSecond: number): number | undefined {
    const now = this.#platform.now();
    // Another rate begins anew.
    const key = `dns ${perSecond} ${name}`;
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      bucket = new Bucket(key, rateOf(perSecond, "second", BURST), now);
      this.#buckets.set(key, bucket);
    }
    const passes = bucket.asks(now);
    if (passes) bucket.passes();
    this.#sharing?.used(bucket);
    return passes ? undefined : Math.max(1, Math.ceil(bucket.untilNext(now) / 1000));
  }
}
