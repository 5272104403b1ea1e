/** When the next round of the agent is due. Pure. All times in milliseconds. */

export interface Timing {
  /** A change is taken up when no other has followed it for this long ... */
  readonly quiet: number;
  /** ... or this long after the first one, whichever is sooner. */
  readonly maxDelay: number;
  /** The least time from one publication to the next round. */
  readonly spacing: number;
  /** The bounds of the delay after failures, which doubles from one to the next. */
  readonly minRetry: number;
  readonly maxRetry: number;
  /** The least time from a round that could not publish to one that a new change asks for. */
  readonly minAttempt: number;
  /** The most time from one round to the next: certificates expire without any change. */
  readonly maxIdle: number;
}

/**
 * `spacing` keeps a busy cluster within Cloudflare's limits: a KV key (the head) takes one write a second, and a token's
 * user has 1,200 API requests in 5 minutes, of which a publication needs three.
 */
export const DEFAULT_TIMING: Timing = {
  quiet: 50,
  maxDelay: 500,
  spacing: 1500,
  minRetry: 500,
  maxRetry: 30_000,
  minAttempt: 1000,
  maxIdle: 3_600_000,
};

/**
 * For a KV API that has no such limits, as an embedded edge's. What belongs together and comes apart is published twice
 * there, a moment later, so a change is not kept waiting for others.
 */
export const UNLIMITED_TIMING: Timing = { ...DEFAULT_TIMING, quiet: 20, spacing: 100 };

export interface Failure {
  readonly time: number;
  /** When the round is tried again of itself. */
  readonly retry: number;
}

/** What has happened so far; `undefined` for what has not. Times are the clock's monotonic ones. */
export interface History {
  /** The end of the last round. */
  readonly round: number | undefined;
  /** The end of the last round that published something. */
  readonly publication: number | undefined;
  /** Set while the last round is one that failed. */
  readonly failure: Failure | undefined;
  /** Set while the last round is one that could not publish, without a failure: when it asked for another. */
  readonly again: number | undefined;
  /** The first and the last of the changes that no round has taken up. */
  readonly changes: { readonly first: number; readonly last: number } | undefined;
}

/** The time at which the next round is due; the first one always is. */
export function nextRound(history: History, timing: Timing): number {
  const { round, publication, failure, again, changes } = history;
  if (round === undefined) return Number.NEGATIVE_INFINITY;
  let due = Math.min(round + timing.maxIdle, failure?.retry ?? Infinity, again ?? Infinity);
  if (changes !== undefined) {
    const settled = Math.min(changes.last + timing.quiet, changes.first + timing.maxDelay);
    const spaced = publication === undefined ? settled : Math.max(settled, publication + timing.spacing);
    // It is compiled all the same, but not for every change.
    const futile = failure?.time ?? (again === undefined ? undefined : round);
    due = Math.min(due, futile === undefined ? spaced : Math.max(spaced, futile + timing.minAttempt));
  }
  return due;
}

/**
 * @param count of failures in a row, this one included.
 * @param random from 0 to below 1; spreads agents that failed together.
 */
export function failureAt(time: number, count: number, random: number, timing: Timing): Failure {
  const ceiling = Math.min(timing.maxRetry, 2 * timing.minRetry * 2 ** (count - 1));
  const delay = Math.round(ceiling / 2 + (random * ceiling) / 2);
  return { time, retry: time + delay };
}
