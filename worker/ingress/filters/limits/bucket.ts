import { shardOf, STALE, type Standing, type Use } from "../../../limits/exchange.ts";
import { Level, NOT_SLOWED, type Rate, REQUEST, type Slowed } from "../../../limits/rate.ts";

/**
 * One client's use of one rate, as this isolate sees it: exact for the requests that come here. Where other isolates
 * serve the client as well, each takes the part of what is to be had that its part of the demand gives it, so that the
 * parts add up to the rate.
 */
export class Bucket {
  readonly key: string;
  readonly shard: number;
  readonly #rate: Rate;
  readonly #level: Level;
  #slowed: Slowed = NOT_SLOWED;
  #asked = 0;
  #passed = 0;

  constructor(key: string, rate: Rate, now: number) {
    this.key = key;
    this.shard = shardOf(key);
    this.#rate = rate;
    this.#level = new Level(now);
  }

  /** Counts a request in, and says whether the rate lets it pass. */
  asks(now: number): boolean {
    this.#asked++;
    return this.#left(now) >= REQUEST;
  }

  /** Counts the request that asked last as one that passes. */
  passes(): void {
    this.#passed++;
    this.#level.parts += REQUEST;
  }

  /** How many requests would pass now. */
  remaining(now: number): number {
    return Math.max(0, Math.floor(this.#left(now) / REQUEST));
  }

  /** Milliseconds until one request more would pass than now; 0 where it cannot become more. */
  untilNext(now: number): number {
    const left = this.#left(now);
    const { refill, capacity } = this.#rate;
    const missing = Math.min(capacity, Math.max(1, Math.floor(left / REQUEST) + 1) * REQUEST) - left;
    const { share, until } = this.#slowed;
    const slowFor = Math.max(0, until - now);
    const slowly = refill * share * slowFor;
    return missing < slowly ? missing / (refill * share) : slowFor + (missing - slowly) / refill;
  }

  /** What was used since this was called last. */
  report(now: number): Use {
    const { refill, capacity } = this.#rate;
    const level = capacity - this.#left(now);
    const use = { key: this.key, refill, capacity, passed: this.#passed, asked: this.#asked, level };
    this.#asked = 0;
    this.#passed = 0;
    return use;
  }

  /** @param random from 0 up to, but not, 1 */
  hear({ level, share }: Standing, now: number, random: number): void {
    const left = this.#left(now);
    this.#slowed = { share, until: now + STALE };
    if (level === undefined) return;
    // What was used while the report was on its way is not in it.
    const leftOfAll = this.#rate.capacity - level - this.#passed * REQUEST;
    const own = leftOfAll > 0 ? wholeRequests(leftOfAll * share, random) : leftOfAll * share;
    // The part of a request that has come together here is nobody else's: thrown away, it would never be a whole one.
    const begun = left > 0 ? left % REQUEST : 0;
    this.#level.parts = Math.max(0, this.#rate.capacity - own - begun);
  }

  /** Parts. */
  #left(now: number): number {
    this.#level.leak(this.#rate.refill, now, this.#slowed);
    return this.#rate.capacity - this.#level.parts;
  }
}

/** Rounds by chance, so that of few requests, which many isolates share, as many pass as there are. */
function wholeRequests(parts: number, random: number): number {
  return Math.floor(parts / REQUEST + random) * REQUEST;
}
