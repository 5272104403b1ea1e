/** When to look again: soon after a change, not at every one of a burst, and never twice at a time. */

export interface ScheduleTimes {
  /** No event for this long (milliseconds), and the burst counts as over. */
  readonly quietMillis: number;
  /** But a burst is waited for no longer than this. */
  readonly maximumMillis: number;
}

export class RescanSchedule {
  readonly #run: () => Promise<void>;
  readonly #times: ScheduleTimes;
  #burst: { readonly started: number; readonly timer: NodeJS.Timeout } | undefined;
  #later: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  /** Asked for while it could not run: before `begin`, or during a run. */
  #again = false;
  #begun = false;
  #closed = false;

  /** @param run must not reject. */
  constructor(run: () => Promise<void>, times: ScheduleTimes) {
    this.#run = run;
    this.#times = times;
  }

  /** Runs may begin. What was asked for before is done now. */
  begin(): void {
    this.#begun = true;
    if (this.#again) this.soon();
  }

  /** Something has changed. */
  soon(): void {
    if (this.#closed) return;
    const now = performance.now();
    const started = this.#burst?.started ?? now;
    clearTimeout(this.#burst?.timer);
    const { quietMillis, maximumMillis } = this.#times;
    const delay = Math.max(Math.min(quietMillis, started + maximumMillis - now), 0);
    const timer = setTimeout(() => {
      this.#burst = undefined;
      this.#start();
    }, delay);
    this.#burst = { started, timer };
  }

  /** Look again after so long even if nothing is heard; replaces an earlier call. Keeps no process alive. */
  later(delayMillis: number): void {
    clearTimeout(this.#later);
    if (this.#closed) return;
    this.#later = setTimeout(() => this.#start(), delayMillis).unref();
  }

  /** Resolves when a run in progress has ended; none begins afterwards. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#burst?.timer);
    clearTimeout(this.#later);
    await this.#running;
  }

  #start(): void {
    if (this.#closed) return;
    if (!this.#begun || this.#running !== undefined) {
      this.#again = true;
      return;
    }
    this.#again = false;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      if (this.#again) this.#start();
    });
  }
}
