/**
 * A level-triggered loop: rounds run one at a time, each on the newest state; however many changes come during a
 * round, they lead to one more. When rounds run is decided in timing.ts.
 */
import type { Clock } from "./clock.ts";
import { failureAt, type History, nextRound, type Timing } from "./timing.ts";

/**
 * Whether a round published something; or that it could not, though nothing failed, and in how many milliseconds it
 * wants another. Then the state is not settled.
 */
export type RoundOutcome = boolean | { readonly again: number };

export interface LoopOptions {
  /** Does all there is to do for the state at the time of the call. */
  readonly round: (signal: AbortSignal) => Promise<RoundOutcome>;
  /** Told of every round that rejects: how many in a row, and in how many milliseconds it is tried again. */
  readonly failed: (error: unknown, count: number, retryIn: number) => void;
  readonly timing: Timing;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
}

export interface Loop {
  /** Begins the first round at once. */
  start(): void;
  /** The state has changed. */
  changed(): void;
  /** Resolves when a round that began after this call's present state was known has succeeded. Rejects when the loop is closed. */
  settled(): Promise<void>;
  /** Aborts the round under way and waits for its end. No round begins after. */
  close(): Promise<void>;
}

/** The loop was closed before the state was settled. */
export class LoopClosedError extends Error {
  override name = "LoopClosedError";

  constructor() {
    super("the agent was closed before the present state was published; start it again");
  }
}

interface Waiter {
  readonly version: number;
  readonly resolve: () => void;
  readonly reject: (error: LoopClosedError) => void;
}

export function createLoop({ round, failed, timing, clock, random }: LoopOptions): Loop {
  const abort = new AbortController();
  let phase: "new" | "waiting" | "running" | "closed" = "new";
  let history: History = {
    round: undefined,
    publication: undefined,
    failure: undefined,
    again: undefined,
    changes: undefined,
  };
  let failures = 0;
  // The state that is there, and the one that is settled. The first round makes 1 of 0.
  let version = 1;
  let settledVersion = 0;
  let waiters: Waiter[] = [];
  let callOff = () => {};
  let running: Promise<void> = Promise.resolve();

  function arm(): void {
    callOff();
    if (phase !== "waiting") return;
    const delay = Math.max(0, nextRound(history, timing) - clock.monotonic());
    callOff = clock.after(delay, () => {
      phase = "running";
      running = run();
    });
  }

  async function run(): Promise<void> {
    const taken = version;
    history = { ...history, changes: undefined };
    try {
      succeed(taken, await round(abort.signal));
    } catch (error) {
      // A round that was aborted for the close is no failure to report.
      if (!abort.signal.aborted) fail(error);
    }
    if (abort.signal.aborted) return;
    phase = "waiting";
    arm();
  }

  function succeed(taken: number, outcome: RoundOutcome): void {
    const end = clock.monotonic();
    history = { ...history, round: end, failure: undefined, again: undefined };
    if (typeof outcome === "object") {
      history = { ...history, again: end + outcome.again };
      return;
    }
    failures = 0;
    if (outcome) history = { ...history, publication: end };
    settle(taken);
  }

  function fail(error: unknown): void {
    const end = clock.monotonic();
    failures += 1;
    const failure = failureAt(end, failures, random(), timing);
    history = { ...history, round: end, failure, again: undefined };
    failed(error, failures, failure.retry - end);
  }

  function settle(taken: number): void {
    settledVersion = taken;
    const done = waiters.filter((waiter) => waiter.version <= taken);
    waiters = waiters.filter((waiter) => waiter.version > taken);
    for (const waiter of done) waiter.resolve();
  }

  return {
    start() {
      if (phase !== "new") return;
      phase = "waiting";
      arm();
    },
    changed() {
      const time = clock.monotonic();
      version += 1;
      history = { ...history, changes: { first: history.changes?.first ?? time, last: time } };
      arm();
    },
    settled() {
      if (phase === "closed") return Promise.reject(new LoopClosedError());
      if (settledVersion >= version) return Promise.resolve();
      return new Promise((resolve, reject) => {
        waiters.push({ version, resolve, reject });
      });
    },
    async close() {
      phase = "closed";
      callOff();
      abort.abort();
      await running;
      for (const waiter of waiters) waiter.reject(new LoopClosedError());
      waiters = [];
    },
  };
}
