/** Milliseconds. What counts is the window that runs and the one before. */
const WINDOW = 5_000;
/** Of the requests that came. */
const SHARE = 0.2;
/** Retries that are free, so that a Service with little traffic has some too. */
const FREE = 50;

interface Window {
  requests: number;
  retries: number;
}

/**
 * Keeps an outage from being multiplied: when everything fails, a pool gets a fifth more requests than without retries,
 * and not several times as many (the retry budgets of Finagle and Envoy).
 */
export class RetryBudget {
  #since = 0;
  #present: Window = { requests: 0, retries: 0 };
  #before: Window = { requests: 0, retries: 0 };

  /** A request came. */
  request(now: number): void {
    this.#turn(now);
    this.#present.requests++;
  }

  /** Takes one retry out of the budget; false where nothing is left. */
  retry(now: number): boolean {
    this.#turn(now);
    const requests = this.#present.requests + this.#before.requests;
    const retries = this.#present.retries + this.#before.retries;
    if (retries >= FREE + SHARE * requests) return false;
    this.#present.retries++;
    return true;
  }

  #turn(now: number): void {
    const elapsed = now - this.#since;
    if (elapsed < WINDOW) return;
    this.#before = elapsed < 2 * WINDOW ? this.#present : { requests: 0, retries: 0 };
    this.#present = { requests: 0, retries: 0 };
    this.#since = now;
  }
}
