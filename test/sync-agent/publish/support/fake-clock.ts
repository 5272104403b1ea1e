import { setImmediate as turn } from "node:timers/promises";
import type { Clock } from "../../../../sync-agent/clock.ts";

interface Timer {
  readonly at: number;
  readonly task: () => void;
}

/** A clock that stands still until it is told to advance. */
export interface FakeClock extends Clock {
  /** Runs what falls due within so many milliseconds, in order, and lets each settle what needs no time. */
  advance(ms: number): Promise<void>;
  /** How long until the next timer; `undefined` when there is none. */
  next(): number | undefined;
  /** Advances from timer to timer until the promise is settled. */
  until<T>(promise: Promise<T>): Promise<T>;
}

export function createFakeClock(start = 1_000_000): FakeClock {
  let time = start;
  let timers: Timer[] = [];
  const first = () => timers.toSorted((a, b) => a.at - b.at)[0];
  const clock: FakeClock = {
    now: () => time,
    monotonic: () => time - start,
    after(ms, task) {
      const timer = { at: time + ms, task };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    next() {
      const timer = first();
      return timer === undefined ? undefined : timer.at - time;
    },
    async advance(ms) {
      const end = time + ms;
      for (let timer = first(); timer !== undefined && timer.at <= end; timer = first()) {
        const due = timer;
        timers = timers.filter((other) => other !== due);
        time = due.at;
        due.task();
        await turn();
      }
      time = end;
    },
    async until(promise) {
      const state = { pending: true };
      const done = promise.finally(() => {
        state.pending = false;
      });
      // The caller is given the promise itself; this one only watches it.
      done.catch(() => undefined);
      await turn();
      while (state.pending) {
        await clock.advance(clock.next() ?? 0);
        await turn();
      }
      return promise;
    },
  };
  return clock;
}
