/** Works on the newest report, in the background, until all that it asks for is done. */
import type { Clock } from "../clock.ts";
import type { Report } from "./reporter.ts";

/** One go over a report. */
export interface Go<R = Report> {
  readonly report: R;
  /** When the report came, by the monotonic clock. */
  readonly reportedAt: number;
  /** Aborted when the agent no longer leads, and when it stops. */
  readonly signal: AbortSignal;
  /** When this says no, the rest is better left to the next go. */
  readonly isNewest: () => boolean;
}

/**
 * - `done`, and in `again` milliseconds there is something to do without a new report.
 * - failed: tried again after a while, at least `wait` milliseconds.
 */
export type GoResult =
  | { readonly done: true; readonly again?: number | undefined }
  | { readonly done: false; readonly wait: number };

export interface NewestOnlyOptions<R = Report> {
  readonly work: (go: Go<R>) => Promise<GoResult>;
  /** Told of what `work` rejects with, which is a fault of ours; it is tried again. */
  readonly failed: (error: unknown) => void;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
}

export interface NewestOnly<R = Report> {
  /** @param signal aborted when this agent no longer leads. */
  report(report: R, signal: AbortSignal): void;
  /** Gives up what is under way. */
  close(): Promise<void>;
}

/** The bounds of the delay after failures, which doubles from one to the next; in milliseconds. */
const MIN_RETRY = 1000;
const MAX_RETRY = 60_000;
/** A server that asks to be left alone is obeyed for so long. */
const MAX_WAIT = 300_000;

type Taken<R> = Pick<Go<R>, "report" | "signal" | "reportedAt">;

export function createNewestOnly<R = Report>({
  work,
  failed,
  clock,
  random,
}: NewestOnlyOptions<R>): NewestOnly<R> {
  const closing = new AbortController();
  let newest: Taken<R> | undefined;
  let running: Promise<void> | undefined;
  let failures = 0;
  /** No go begins before, whatever is new. */
  let blocked = Number.NEGATIVE_INFINITY;
  let callOff = () => {};

  function arm(ms: number): void {
    callOff();
    callOff = clock.after(Math.max(0, ms, blocked - clock.monotonic()), () => {
      if (newest !== undefined) running = run(newest);
    });
  }

  async function run(taken: Taken<R>): Promise<void> {
    const signal = AbortSignal.any([taken.signal, closing.signal]);
    const result = await attempt({ ...taken, signal, isNewest: () => newest === taken });
    running = undefined;
    if (newest === undefined) return;
    if (!result.done && !signal.aborted) {
      const ceiling = Math.min(MAX_RETRY, 2 * MIN_RETRY * 2 ** failures);
      failures += 1;
      const delay = Math.max((ceiling / 2) * (1 + random()), Math.min(result.wait, MAX_WAIT));
      blocked = clock.monotonic() + delay;
      arm(0);
      return;
    }
    if (result.done) failures = 0;
    if (newest !== taken) arm(0);
    else if (result.done && result.again !== undefined) arm(result.again);
  }

  async function attempt(go: Go<R>): Promise<GoResult> {
    try {
      return await work(go);
    } catch (error) {
      if (!go.signal.aborted) failed(error);
      return { done: false, wait: 0 };
    }
  }

  return {
    report(report, signal) {
      if (closing.signal.aborted || signal.aborted) return;
      if (newest?.signal !== signal) {
        signal.addEventListener(
          "abort",
          () => {
            if (newest?.signal !== signal) return;
            newest = undefined;
            callOff();
          },
          { once: true },
        );
      }
      newest = { report, signal, reportedAt: clock.monotonic() };
      if (running === undefined) arm(0);
    },
    async close() {
      newest = undefined;
      callOff();
      closing.abort(new Error("the agent is stopping"));
      await running;
    },
  };
}
