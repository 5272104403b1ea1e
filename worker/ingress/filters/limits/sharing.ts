/** What this isolate tells of the use of limits, and hears of others: behind the requests, never before them. */
import { INTERVAL, type LimitPeers, STALE } from "../../../limits/exchange.ts";
import { errorText } from "../../../log.ts";
import type { Platform } from "../../../platform.ts";
import type { Bucket } from "./bucket.ts";
import type { Count } from "./underway.ts";

type SharingPlatform = Pick<Platform, "now" | "random" | "delay" | "waitUntil" | "log">;

/** Keys of one report; of more, the rest is told of when it is used again. */
const MOST_KEYS = 4_096;
/** Milliseconds between two words in the log. */
const LOG_INTERVAL = 60_000;

/** What is due to one object. */
class Due {
  readonly buckets = new Set<Bucket>();
  readonly counts = new Set<Count>();
  /** When it was spoken to, while it has not answered. */
  askedAt: number | undefined;

  get size(): number {
    return this.buckets.size + this.counts.size;
  }
}

export class Sharing {
  readonly #platform: SharingPlatform;
  readonly #peers: LimitPeers;
  readonly #isolate: string;
  readonly #shards = new Map<number, Due>();
  /** When the next report begins that somebody has taken upon himself. */
  #nextAt: number | undefined;
  #lastAt = Number.NEGATIVE_INFINITY;
  #loggedAt = Number.NEGATIVE_INFINITY;

  constructor(platform: SharingPlatform, peers: LimitPeers) {
    this.#platform = platform;
    this.#peers = peers;
    this.#isolate = platform.random().toString(36).slice(2);
  }

  used(bucket: Bucket): void {
    const { buckets } = this.#due(bucket.shard);
    if (buckets.size < MOST_KEYS) buckets.add(bucket);
    this.#schedule();
  }

  changed(count: Count): void {
    const { counts } = this.#due(count.shard);
    if (counts.size < MOST_KEYS) counts.add(count);
    this.#schedule();
  }

  #due(shard: number): Due {
    let due = this.#shards.get(shard);
    if (due === undefined) {
      due = new Due();
      this.#shards.set(shard, due);
    }
    return due;
  }

  /** At once where the last report is long enough ago, else as soon as it is. */
  #schedule(): void {
    const { now, delay, waitUntil } = this.#platform;
    const at = now();
    // Whoever had taken it upon himself may be gone, with the request that he belonged to; or the clock was set.
    if (this.#nextAt !== undefined && Math.abs(this.#nextAt - at) <= 2 * INTERVAL) return;
    const wait = Math.min(INTERVAL, Math.max(0, this.#lastAt + INTERVAL - at));
    this.#nextAt = at + wait;
    // Not before the request that is being looked at has used all that it uses.
    const begin = wait === 0 ? Promise.resolve() : delay(wait);
    waitUntil(begin.then(() => this.#speak()));
  }

  async #speak(): Promise<void> {
    const now = this.#platform.now();
    this.#nextAt = undefined;
    this.#lastAt = now;
    const reports: Promise<void>[] = [];
    for (const [shard, due] of this.#shards) {
      const isSilent = due.askedAt !== undefined && Math.abs(now - due.askedAt) < STALE;
      if (due.size > 0 && !isSilent) reports.push(this.#report(shard, due, now));
    }
    await Promise.all(reports);
    // What came up while an object did not answer.
    for (const { size } of this.#shards.values()) if (size > 0) this.#schedule();
  }

  async #report(shard: number, due: Due, now: number): Promise<void> {
    const buckets = Array.from(due.buckets);
    const counts = Array.from(due.counts);
    due.buckets.clear();
    due.counts.clear();
    due.askedAt = now;
    try {
      const answer = await this.#peers(shard, {
        isolate: this.#isolate,
        uses: buckets.map((bucket) => bucket.report(now)),
        underway: counts.map(({ key, here }) => ({ key, count: here })),
      });
      const heardAt = this.#platform.now();
      // What it says of then is not true of now any more.
      if (heardAt - now >= STALE) return;
      answer.standings.forEach((standing, i) => buckets[i]?.hear(standing, heardAt, this.#platform.random()));
      answer.underway.forEach((elsewhere, i) => counts[i]?.hear(elsewhere, heardAt));
    } catch (error) {
      this.#log(error, now);
    } finally {
      if (due.askedAt === now) due.askedAt = undefined;
    }
  }

  /** Each isolate limits by what it sees itself then. */
  #log(error: unknown, now: number): void {
    if (now - this.#loggedAt < LOG_INTERVAL) return;
    this.#loggedAt = now;
    this.#platform.log("warn", { error: errorText(error) }, "use of limits is not shared");
  }
}
