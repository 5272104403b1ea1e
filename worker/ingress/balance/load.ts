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
  /** Made by the first request that counts: every endpoint has a load, and few routes balance by it. */
  #underway: { readonly waiting: Map<Underway, number>; readonly answered: Set<Underway> } | undefined;

  count(now: number): number {
    if (this.#underway === undefined) return 0;
    const { waiting, answered } = this.#underway;
    for (const [request, since] of waiting) {
      if (now - since < LONGEST_WAIT) break;
      waiting.delete(request);
    }
    return waiting.size + answered.size;
  }

  begin(now: number): Underway {
    // In the order of their beginnings.
    this.#underway ??= { waiting: new Map(), answered: new Set() };
    const { waiting, answered } = this.#underway;
    const request: Underway = {
      answered: () => {
        waiting.delete(request);
        answered.add(request);
      },
      ended: () => {
        waiting.delete(request);
        answered.delete(request);
      },
    };
    waiting.set(request, now);
    return request;
  }
}
