/** Failures one after the other for which an endpoint is left out. */
const MOST_FAILURES = 3;
/** Milliseconds; doubled each time that the endpoint fails its trial. */
const FIRST_BACKOFF = 5_000;
const LONGEST_BACKOFF = 60_000;

/**
 * What an isolate has seen of an endpoint's health. One that fails repeatedly is left out for a while; then one request
 * is its trial, which lets it in again or leaves it out for twice as long. Who decides whether it may be left out at all
 * is the pool.
 */
export class Health {
  #failures = 0;
  #ejections = 0;
  #trial = 0;
  #serves = false;

  /** Left out; also while it is on trial. */
  get ejected(): boolean {
    return this.#ejections > 0;
  }

  /** When an ejected one is next tried, by the clock of `now`. */
  get nextTrial(): number {
    return this.#trial;
  }

  /** Its last request succeeded. One that was never asked is not known to serve. */
  get serves(): boolean {
    return this.#serves;
  }

  /** It has failed so often that it is left out, or would be if it might. */
  get fails(): boolean {
    return this.ejected || this.#failures >= MOST_FAILURES;
  }

  isAvailable(now: number): boolean {
    return !this.ejected || now >= this.#trial;
  }

  /**
   * A request is sent there: whether it is the trial of an ejected one. No other follows before it could have ended, and
   * what is sent there earlier, for want of others, is none.
   */
  begin(now: number): boolean {
    if (!this.ejected || now < this.#trial) return false;
    // No outcome may ever come, where a client goes away: then the next trial is due after as long again.
    this.#trial = now + this.#backoff;
    return true;
  }

  succeed(): void {
    this.#serves = true;
    this.readmit();
  }

  /** Nothing is held against it any more. */
  readmit(): void {
    this.#failures = 0;
    this.#ejections = 0;
  }

  /**
   * Whether it has failed so often that it should be ejected, which it is not thereby.
   *
   * @param isTrial as begin() has said of the request
   */
  fail(now: number, isTrial: boolean): boolean {
    this.#serves = false;
    if (!this.ejected) return ++this.#failures >= MOST_FAILURES;
    // What was on its way before the ejection says nothing new.
    if (isTrial) this.eject(now);
    return false;
  }

  eject(now: number): void {
    this.#ejections++;
    this.#trial = now + this.#backoff;
  }

  get #backoff(): number {
    return Math.min(FIRST_BACKOFF * 2 ** (this.#ejections - 1), LONGEST_BACKOFF);
  }
}
