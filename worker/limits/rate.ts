/**
 * How fast requests may come, in whole numbers so that nothing is lost to rounding: a request counts for REQUEST parts,
 * and `refill` parts are forgiven each millisecond.
 */
export interface Rate {
  /** Parts a millisecond. */
  readonly refill: number;
  /** Parts that may be outstanding at once. */
  readonly capacity: number;
}

/** A minute's milliseconds: what makes one request a minute one part a millisecond. */
export const REQUEST = 60_000;

/**
 * nginx `limit_req … burst=limit*multiplier nodelay`, as ingress-nginx configures it: beside the burst, the request that
 * is just being served is let pass.
 */
export function rateOf(limit: number, unit: "second" | "minute", multiplier: number): Rate {
  return {
    refill: unit === "second" ? limit * 60 : limit,
    capacity: (limit * multiplier + 1) * REQUEST,
  };
}

/** A time during which less is forgiven. */
export interface Slowed {
  /** How much of what else is, from 0 to 1. */
  readonly share: number;
  /** Milliseconds since 1970. */
  readonly until: number;
}

export const NOT_SLOWED: Slowed = { share: 1, until: 0 };

/** Milliseconds. A clock that falls behind by more has been set, and is believed (nginx ngx_http_limit_req_module). */
const SET_BACK = 60_000;

/** Parts that are outstanding: a bucket that leaks. */
export class Level {
  parts: number;
  /** Up to when it has leaked; milliseconds. */
  #at: number;

  constructor(now: number, parts = 0) {
    this.parts = parts;
    this.#at = now;
  }

  /** Forgives what is due by now. While the clock is a little behind, nothing is. */
  leak(refill: number, now: number, { share, until } = NOT_SLOWED): void {
    const elapsed = now - this.#at;
    if (elapsed < 0 && elapsed >= -SET_BACK) return;
    if (elapsed > 0) {
      const slow = Math.min(Math.max(0, until - this.#at), elapsed);
      this.parts = Math.max(0, this.parts - refill * (elapsed - (1 - share) * slow));
    }
    this.#at = now;
  }
}
