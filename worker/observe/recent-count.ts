export interface Counts {
  /** Since this isolate began. */
  readonly requests: number;
  readonly errors: number;
  /** In about the last five minutes. */
  readonly recentRequests: number;
  readonly recentErrors: number;
  /** How many of those took how many milliseconds together: failed tries have no time of their own. */
  readonly recentTimed: number;
  readonly recentTookMs: number;
}

const WINDOW_MS = 300_000;

/**
 * Requests and errors, in all and of late. Of late is estimated as sliding windows are: the window under way, and of the
 * one before it the share that is not yet past.
 */
export class RecentCount {
  #requests = 0;
  #errors = 0;
  #window = 0;
  #now = 0;
  #nowErrors = 0;
  #before = 0;
  #beforeErrors = 0;
  #timed = 0;
  #tookMs = 0;
  #beforeTimed = 0;
  #beforeTookMs = 0;

  /** @param tookMs less than 0 for what has no time. */
  add(at: number, isError: boolean, tookMs: number): void {
    this.#turn(at);
    this.#requests++;
    this.#now++;
    if (tookMs >= 0) {
      this.#timed++;
      this.#tookMs += tookMs;
    }
    if (!isError) return;
    this.#errors++;
    this.#nowErrors++;
  }

  read(at: number): Counts {
    this.#turn(at);
    const left = 1 - (at % WINDOW_MS) / WINDOW_MS;
    return {
      requests: this.#requests,
      errors: this.#errors,
      recentRequests: this.#now + Math.round(this.#before * left),
      recentErrors: this.#nowErrors + Math.round(this.#beforeErrors * left),
      recentTimed: this.#timed + Math.round(this.#beforeTimed * left),
      recentTookMs: this.#tookMs + this.#beforeTookMs * left,
    };
  }

  /** Nothing was counted for a window and more. */
  isIdle(at: number): boolean {
    this.#turn(at);
    return this.#now + this.#before === 0;
  }

  #turn(at: number): void {
    const window = Math.floor(at / WINDOW_MS);
    if (window === this.#window) return;
    const isNext = window === this.#window + 1;
    this.#before = isNext ? this.#now : 0;
    this.#beforeErrors = isNext ? this.#nowErrors : 0;
    this.#beforeTimed = isNext ? this.#timed : 0;
    this.#beforeTookMs = isNext ? this.#tookMs : 0;
    this.#now = 0;
    this.#nowErrors = 0;
    this.#timed = 0;
    this.#tookMs = 0;
    this.#window = window;
  }
}
