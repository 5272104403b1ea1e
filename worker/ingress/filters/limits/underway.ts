/** How many requests of each client are underway: here, and as far as is known, elsewhere. */
import { REPEAT, shardOf } from "../../../limits/exchange.ts";
import { RecentMap } from "../../../limits/recent-map.ts";

/** Clients without a request underway whose standing elsewhere is remembered, at least. */
const MOST_RESTING = 4_096;

export class Count {
  readonly key: string;
  readonly shard: number;
  here = 0;
  #elsewhere = 0;
  /** Until when that is worth something: as long as isolates repeat themselves, and half of that. */
  #until = 0;

  constructor(key: string) {
    this.key = key;
    this.shard = shardOf(key);
  }

  total(now: number): number {
    return this.here + (now < this.#until ? this.#elsewhere : 0);
  }

  hear(elsewhere: number, now: number): void {
    this.#elsewhere = elsewhere;
    this.#until = now + 1.5 * REPEAT;
  }
}

export class Counts {
  readonly #busy = new Map<string, Count>();
  readonly #resting = new RecentMap<Count>(MOST_RESTING);

  of(key: string): Count {
    const count = this.#busy.get(key) ?? this.#resting.get(key) ?? new Count(key);
    if (count.here === 0) this.#resting.set(key, count);
    return count;
  }

  begin(count: Count): void {
    if (count.here++ === 0) this.#busy.set(count.key, count);
  }

  end(count: Count): void {
    if (--count.here > 0) return;
    this.#busy.delete(count.key);
    this.#resting.set(count.key, count);
  }
}
