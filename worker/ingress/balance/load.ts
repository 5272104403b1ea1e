/** Milliseconds after which a request that waits for its response is taken for one that nobody waits for any more. */
const LONGEST_WAIT = 120_000;

/** One request on its way, until its response has passed whole. */
export interface Underway {
  /** The head of the response is there, its body to come. */
  answered(): void;
  /** May be called again. */
  ended(): void;
}

/**
 * How many requests of this isolate an endpoint is busy with. Where a client goes away before the response has begun,
 * its request ends without a word: such ones are dropped after a while.
 */
export class Load {
  /** In the order of their beginnings. */
  readonly #waiting = new Map<Underway, number>();
  readonly #answered = new Set<Underway>();

  count(now: number): number {
    for (const [request, since] of this.#waiting) {
      if (now - since < LONGEST_WAIT) break;
      this.#waiting.delete(request);
    }
    return this.#waiting.size + this.#answered.size;
  }

  begin(now: number): Underway {
    const request: Underway = {
      answered: () => {
        this.#waiting.delete(request);
        this.#answered.add(request);
      },
      ended: () => {
        this.#waiting.delete(request);
        this.#answered.delete(request);
      },
    };
    this.#waiting.set(request, now);
    return request;
  }
}
