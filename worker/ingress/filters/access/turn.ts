/**
 * Passwords whose hashes are slow by design are checked one at a time. Several at once would keep an isolate from all its
 * other requests, and whoever guesses passwords could see to that.
 */
import type { Platform } from "../../../platform.ts";

/** All in milliseconds. */
const INTERVAL = 20;
const PATIENCE = 15_000;
/** A request that has its turn may end without a word, with its client. */
const STUCK = 30_000;

export class Turn {
  readonly #platform: Pick<Platform, "now" | "delay">;
  #taken: { readonly until: number } | undefined;

  constructor(platform: Pick<Platform, "now" | "delay">) {
    this.#platform = platform;
  }

  /**
   * Each request waits by a timer of its own: what another one has promised may never come.
   *
   * @returns what ends the turn; `undefined` where none has come in time
   */
  async take(): Promise<(() => void) | undefined> {
    const { now, delay } = this.#platform;
    const latest = now() + PATIENCE;
    while (this.#taken !== undefined && now() < this.#taken.until) {
      if (now() >= latest) return undefined;
      await delay(INTERVAL);
    }
    const turn = { until: now() + STUCK };
    this.#taken = turn;
    return () => {
      if (this.#taken === turn) this.#taken = undefined;
    };
  }
}
