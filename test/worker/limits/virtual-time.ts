/** Time that passes when it is told to. */
export class VirtualTime {
  now = 1_790_000_000_000;
  readonly #waiting: { readonly at: number; readonly wake: () => void }[] = [];
  /** Real work that must end before time goes on. */
  readonly #underway = new Set<Promise<unknown>>();

  readonly delay = (ms: number): Promise<void> =>
    new Promise((wake) => {
      this.#waiting.push({ at: this.now + ms, wake });
    });

  /** Time stands still until the work has ended. */
  async hold<T>(work: Promise<T>): Promise<T> {
    this.#underway.add(work);
    try {
      return await work;
    } finally {
      this.#underway.delete(work);
    }
  }

  /** Milliseconds. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      await this.#settle();
      const next = this.#next();
      if (next === undefined || next.at > until) break;
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      this.now = Math.max(this.now, next.at);
      next.wake();
    }
    this.now = until;
  }

  #next() {
    let first = this.#waiting[0];
    for (const one of this.#waiting) if (first !== undefined && one.at < first.at) first = one;
    return first;
  }

  async #settle(): Promise<void> {
    do {
      for (const work of this.#underway) await work;
      // What was woken goes on, as far as it can.
      for (let i = 0; i < 16; i++) await Promise.resolve();
    } while (this.#underway.size > 0);
  }
}
