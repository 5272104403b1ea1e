/** Work that is wanted again and again, one run at a time, and tried later when it fails. */

/** Waits before a failed run is tried again, in milliseconds; doubled each time. */
export interface RetryTimes {
  readonly first: number;
  readonly most: number;
}

export const RETRY_TIMES: RetryTimes = { first: 1_000, most: 300_000 };

export interface Retried {
  /**
   * Resolves when a run that began after the call has ended, well or not. Calls while one is running share the next.
   * Never rejects: a run that fails is reported, and tried again by itself.
   */
  run(): Promise<void>;
  /** Nothing is tried again after this. */
  close(): void;
}

/** @param onError is told in how many milliseconds the run is tried again. */
export function retried(
  work: () => Promise<void>,
  onError: (error: unknown, retryMs: number) => void,
  times: RetryTimes = RETRY_TIMES,
): Retried {
  let last = Promise.resolve();
  let waiting: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const runOnce = async (wait: number): Promise<void> => {
    clearTimeout(timer);
    try {
      await work();
    } catch (error) {
      onError(error, wait);
      if (closed) return;
      timer = setTimeout(() => void next(Math.min(2 * wait, times.most)), wait).unref();
    }
  };
  const next = (wait: number): Promise<void> => {
    waiting ??= last = last.then(() => {
      waiting = undefined;
      return runOnce(wait);
    });
    return waiting;
  };

  return {
    run: () => next(times.first),
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
