/** What a reflector asks for next, by how its last request ended. Pure. */
import type { KubeError } from "../../kubernetes/client.ts";
import type { WatchEnd } from "./watch-objects.ts";
import { retryDelay, type WatchTiming } from "./watch-timing.ts";

export interface Progress {
  /** The version up to which everything is known; `undefined` when only a list can tell. */
  readonly version: string | undefined;
  /** In a row, without a watch of any use between them. */
  readonly failures: number;
  /** When (monotonic) a list is due although a watch could go on. */
  readonly listDue: number;
}

export interface Step {
  readonly progress: Progress;
  /** Milliseconds until the next request. */
  readonly delay: number;
  /** What to report, if the end was out of the ordinary. */
  readonly failure: KubeError | undefined;
}

/** So many failures in a row that the server answered: the version that is asked for may be what it cannot bear. */
const FAILURES_TO_LIST = 3;

export function afterWatch(
  progress: Progress,
  { why, healthy, error }: WatchEnd,
  now: number,
  random: number,
  timing: WatchTiming,
): Step {
  const before = healthy ? 0 : progress.failures;
  const failures = before + 1;
  const calm = { progress: { ...progress, failures: 0 }, delay: 0, failure: undefined };
  const delay = retryDelay(failures, random, error?.retryAfter ?? 0, timing);
  switch (why) {
    case "stopped":
      return { ...calm, progress: { ...progress, failures: before } };
    case "closed":
      // A server that ends every watch at once must not be asked without pause.
      return healthy ? calm : { progress: { ...progress, failures }, delay, failure: undefined };
    case "silent":
      return healthy ? calm : { progress: { ...progress, failures }, delay, failure: error };
    case "expired":
      // The first time is what happens to every watch that was away for long.
      return {
        progress: { ...progress, version: undefined, failures },
        delay: before === 0 ? 0 : delay,
        failure: undefined,
      };
    case "error": {
      const answered = error?.status !== undefined && failures % FAILURES_TO_LIST === 0;
      return {
        progress: { ...progress, failures, listDue: answered ? now : progress.listDue },
        delay,
        // Connections break; only one that cannot be had again is worth telling.
        failure: healthy ? undefined : error,
      };
    }
  }
}

export function afterFailedList(
  progress: Progress,
  error: KubeError,
  now: number,
  random: number,
  timing: WatchTiming,
): Step {
  // A list that was only to make sure must not hold up a watch that may work.
  if (progress.version !== undefined) {
    const wait = Math.max(timing.relistRetry * (1 + random), error.retryAfter ?? 0);
    return { progress: { ...progress, listDue: now + wait }, delay: 0, failure: error };
  }
  const failures = progress.failures + 1;
  const delay = retryDelay(failures, random, error.retryAfter ?? 0, timing);
  return { progress: { ...progress, failures }, delay, failure: error };
}
