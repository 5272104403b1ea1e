/** A limit on how long something may take, together with the caller's own wish to give it up. */
import type { Clock } from "../clock.ts";

export interface Deadline {
  readonly signal: AbortSignal;
  /** Whether it was the time that ran out. */
  expired(): boolean;
  /** From now; in place of the limit that was set before. */
  set(ms: number): void;
  /** Takes the limit away, while it is others' time that passes. */
  lift(): void;
  /** The promise, or a rejection as soon as the signal is aborted. */
  race<T>(promise: Promise<T>): Promise<T>;
  /** To be called in the end: takes back timers and listeners. */
  end(): void;
  /** The same, and gives up what is still open. */
  abandon(): void;
}

export function createDeadline(clock: Clock, parent: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  let callOff = () => {};
  let expired = false;
  // AbortSignal.any would do the same, but its signals outlive their use where one of them is aborted only at the end.
  const onParent = () => controller.abort(parent?.reason);
  if (parent?.aborted === true) onParent();
  else parent?.addEventListener("abort", onParent, { once: true });
  const end = () => {
    callOff();
    parent?.removeEventListener("abort", onParent);
  };
  return {
    signal: controller.signal,
    expired: () => expired,
    set(ms) {
      callOff();
      callOff = clock.after(ms, () => {
        expired = true;
        controller.abort();
      });
    },
    lift() {
      callOff();
    },
    async race(promise) {
      const { signal } = controller;
      const aborted = Promise.withResolvers<never>();
      const onAbort = () => aborted.reject(signal.reason);
      if (signal.aborted) onAbort();
      else signal.addEventListener("abort", onAbort, { once: true });
      try {
        return await Promise.race([promise, aborted.promise]);
      } finally {
        signal.removeEventListener("abort", onAbort);
      }
    },
    end,
    abandon() {
      end();
      controller.abort();
    },
  };
}
