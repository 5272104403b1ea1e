/** Milliseconds, as in ingress-nginx's EWMA balancer. */
const DECAY = 10_000;

/**
 * The moving average of an endpoint's response times, in milliseconds, weighted by age as in ingress-nginx's EWMA
 * balancer. Unobserved it fades away, so that an endpoint that was slow is tried again.
 */
export class Latency {
  #average: number;
  #observed: number;

  /** @param average what is assumed of an endpoint that is new, at the time `now`. */
  constructor(average = 0, now = 0) {
    this.#average = average;
    this.#observed = now;
  }

  score(now: number): number {
    return this.#average * this.#fading(now);
  }

  observe(elapsed: number, now: number): void {
    const fading = this.#fading(now);
    this.#average = this.#average * fading + elapsed * (1 - fading);
    this.#observed = now;
  }

  #fading(now: number): number {
    return Math.exp(-Math.max(0, now - this.#observed) / DECAY);
  }
}
