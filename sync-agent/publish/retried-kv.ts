/**
 * A KV whose requests are sent again at once when the API could not be reached, or was not well. A publication is
 * several writes that must all succeed; where every second one fails, beginning anew each time would get nowhere.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { PublishError } from "./error.ts";
import type { Kv } from "./kv.ts";

export interface RetriedKvOptions {
  /** Before the second try and those after, in milliseconds; their number is that of the retries. */
  readonly pauses?: readonly number[] | undefined;
  /** From 0 to below 1; spreads agents that failed together. */
  readonly random: () => number;
  readonly pause?: ((ms: number, signal?: AbortSignal) => Promise<void>) | undefined;
}

const PAUSES_MS = [200, 500, 1000];

/** Only what is `unavailable` is tried again, and never after `signal` has been aborted. All operations may happen twice. */
export function retriedKv(kv: Kv, options: RetriedKvOptions): Kv {
  const { pauses = PAUSES_MS, random, pause = pauseByTimer } = options;

  async function retried<T>(signal: AbortSignal | undefined, run: () => Promise<T>): Promise<T> {
    for (const ms of pauses) {
      try {
        return await run();
      } catch (error) {
        const isPassing = error instanceof PublishError && error.reason === "unavailable";
        if (!isPassing || signal?.aborted) throw error;
        await pause(ms * (0.5 + random()), signal);
      }
    }
    return run();
  }

  return {
    get: (key, signal) => retried(signal, () => kv.get(key, signal)),
    put: (pairs, signal) => retried(signal, () => kv.put(pairs, signal)),
    delete: (keys, signal) => retried(signal, () => kv.delete(keys, signal)),
    // A listing that breaks off is begun anew by whoever wanted it.
    list: (prefix, signal) => kv.list(prefix, signal),
  };
}

/** Ends early when the signal is aborted: the next try finds that out. */
async function pauseByTimer(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
