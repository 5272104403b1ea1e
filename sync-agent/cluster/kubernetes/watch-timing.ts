/** When a reflector asks again. Pure. All times in milliseconds. */

export interface WatchTiming {
  /** How many objects a list asks for at a time. */
  readonly pageSize: number;
  /** How long one page of a list may take. */
  readonly pageTimeout: number;
  /** How long a watch may take to begin. */
  readonly connectTimeout: number;
  /** A watch on which nothing comes for so long is dead: API servers send a bookmark about every minute. */
  readonly silence: number;
  /** A watch that has lasted so long is well, even if there was nothing to tell. More than `connectTimeout`. */
  readonly healthy: number;
  /** The server is asked to end each watch within these bounds, so that watches move on between servers. */
  readonly minWatch: number;
  readonly maxWatch: number;
  /** How often everything is listed again, for what a watch may have left out in silence. */
  readonly relist: number;
  /** When such a list failed, while the watch goes on. */
  readonly relistRetry: number;
  /** The bounds of the delay after failures, which doubles from one to the next. */
  readonly minRetry: number;
  readonly maxRetry: number;
  /** After an outage: how long what a watch has missed may take to come once the watch stands ... */
  readonly replay: number;
  /** ... and for how long changes are held back while one resource is heard of and another is not. */
  readonly patience: number;
}

export const DEFAULT_WATCH_TIMING: WatchTiming = {
  pageSize: 500,
  pageTimeout: 60_000,
  connectTimeout: 20_000,
  silence: 90_000,
  healthy: 25_000,
  minWatch: 300_000,
  maxWatch: 600_000,
  relist: 1_800_000,
  relistRetry: 120_000,
  minRetry: 500,
  maxRetry: 30_000,
  replay: 100,
  patience: 3000,
};

/** A server that asks to be left alone is obeyed for this long. */
const MAX_RETRY_AFTER = 300_000;

/**
 * The delay after a failure: half of it is left to chance, so that agents that failed together come back apart.
 *
 * @param failures in a row, this one included.
 * @param random from 0 to below 1.
 * @param retryAfter that the server asked for.
 */
export function retryDelay(
  failures: number,
  random: number,
  retryAfter: number,
  { minRetry, maxRetry }: Pick<WatchTiming, "minRetry" | "maxRetry">,
): number {
  const ceiling = Math.min(maxRetry, 2 * minRetry * 2 ** Math.min(failures - 1, 30));
  return Math.max(Math.round((ceiling * (1 + random)) / 2), Math.min(retryAfter, MAX_RETRY_AFTER));
}

/** A time of this length, give or take an eighth. */
export function jittered(ms: number, random: number): number {
  return Math.round(ms * (0.875 + random / 4));
}

/** Seconds, as the API's `timeoutSeconds` has it. */
export function watchSeconds(random: number, { minWatch, maxWatch }: WatchTiming): number {
  return Math.round((minWatch + random * (maxWatch - minWatch)) / 1000);
}
