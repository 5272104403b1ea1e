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
  #onTrial = false;

  /** Left out; also while it is on trial. */
  get ejected(): boolean {
    return this.#ejections > 0;
  }

  /** When an ejected one is next tried, by the clock of `now`. */
  get nextTrial(): number {
    return this.#trial;
  }

  isAvailable(now: number): boolean {
    return !this.ejected || now >= this.#trial;
  }

  /** A request is sent there. To one that is ejected it is the trial, and no other follows before it could have ended. */
  begin(now: number): void {
    if (!this.ejected) return;
    this.#onTrial = true;
    // No outcome may ever come, where a client goes away: then the next trial is due after as long again.
    this.#trial = now + this.#backoff;
  }

  succeed(): void {
    this.#failures = 0;
    this.#ejections = 0;
    this.#onTrial = false;
  }

  /** Whether it has failed so often that it should be ejected, which it is not thereby. */
  fail(now: number): boolean {
    if (!this.ejected) return ++this.#failures >= MOST_FAILURES;
    // What was on its way before the ejection says nothing new.
    if (this.#onTrial) this.eject(now);
    return false;
  }

  eject(now: number): void {
    this.#ejections++;
    this.#onTrial = false;
    this.#trial = now + this.#backoff;
  }

  get #backoff(): number {
    return Math.min(FIRST_BACKOFF * 2 ** (this.#ejections - 1), LONGEST_BACKOFF);
  }
}
