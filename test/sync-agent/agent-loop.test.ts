import { beforeEach, describe, expect, test } from "vitest";
import { createLoop, type Loop, LoopClosedError, type RoundOutcome } from "../../sync-agent/loop.ts";
import { DEFAULT_TIMING } from "../../sync-agent/timing.ts";
import { createFakeClock, type FakeClock } from "./publish/support/fake-clock.ts";

/** A round that the test ends. */
interface Round {
  readonly time: number;
  readonly signal: AbortSignal;
  readonly end: (outcome: RoundOutcome) => void;
  readonly fail: (error: Error) => void;
}

let clock: FakeClock;
let rounds: Round[];
let failures: [string, number, number][];
let loop: Loop;

beforeEach(() => {
  clock = createFakeClock();
  rounds = [];
  failures = [];
  loop = createLoop({
    round: (signal) =>
      new Promise((resolve, reject) => {
        rounds.push({ time: clock.monotonic(), signal, end: resolve, fail: reject });
      }),
    failed: (error, count, retryIn) => failures.push([(error as Error).message, count, retryIn]),
    timing: DEFAULT_TIMING,
    clock,
    random: () => 0,
  });
});

const times = () => rounds.map(({ time }) => time);

/** Ends the last round and lets the loop take note. */
async function end(outcome: RoundOutcome | Error): Promise<void> {
  const round = rounds.at(-1);
  if (outcome instanceof Error) round?.fail(outcome);
  else round?.end(outcome);
  await clock.advance(0);
  await Promise.resolve();
}

/** Starts the loop and ends its first round at time 0, with nothing published. */
async function begin(): Promise<void> {
  loop.start();
  await clock.advance(0);
  await end(false);
}

describe("rounds", () => {
  test("begin with the start, not with a change before it", async () => {
    loop.changed();
    await clock.advance(10_000);
    expect(times()).toEqual([]);
    loop.start();
    await clock.advance(0);
    expect(times()).toEqual([10_000]);
  });

  test("take several changes together when they are quiet", async () => {
    await begin();
    for (let i = 0; i < 3; i++) {
      loop.changed();
      await clock.advance(40);
    }
    await clock.advance(1000);
    expect(times()).toEqual([0, 130]);
  });

  test("do not wait for changes that never end", async () => {
    await begin();
    for (let i = 0; i < 30; i++) {
      loop.changed();
      await clock.advance(40);
      if (rounds.length === 2) break;
    }
    expect(times()).toEqual([0, 500]);
  });

  test("never run two at a time; many changes in one lead to one more", async () => {
    await begin();
    loop.changed();
    await clock.advance(50);
    for (let i = 0; i < 20; i++) {
      loop.changed();
      await clock.advance(1000);
    }
    expect(times()).toEqual([0, 50]);
    await end(false);
    await clock.advance(100_000);
    expect(times()).toEqual([0, 50, 20_050]);
    await end(false);
    await clock.advance(100_000);
    expect(rounds).toHaveLength(3);
  });

  test("keep their distance after a publication", async () => {
    loop.start();
    await clock.advance(0);
    await end(true);
    loop.changed();
    await clock.advance(10_000);
    expect(times()).toEqual([0, 1500]);
  });

  test("come once an hour without any change", async () => {
    await begin();
    await clock.advance(3_600_000);
    await end(false);
    await clock.advance(3_600_000);
    expect(times()).toEqual([0, 3_600_000, 7_200_000]);
  });
});

describe("failures", () => {
  test("are tried again, ever later, until one succeeds", async () => {
    loop.start();
    await clock.advance(0);
    for (const expected of [500, 1000, 2000]) {
      await end(new Error("outage"));
      expect(clock.next()).toBe(expected);
      await clock.advance(expected);
    }
    expect(failures).toEqual([
      ["outage", 1, 500],
      ["outage", 2, 1000],
      ["outage", 3, 2000],
    ]);
    await end(true);
    expect(clock.next()).toBe(3_600_000);
    loop.changed();
    await clock.advance(1500);
    await end(new Error("again"));
    expect(failures.at(-1)).toEqual(["again", 1, 500]);
  });

  test("are tried on a change, at most once a second", async () => {
    loop.start();
    await clock.advance(0);
    for (let i = 0; i < 6; i++) {
      await end(new Error("outage"));
      await clock.advance(failures.at(-1)?.[2] ?? 0);
    }
    await end(new Error("outage"));
    expect(clock.next()).toBe(15_000);
    const count = rounds.length;
    const start = clock.monotonic();
    for (let i = 0; i < 50; i++) {
      loop.changed();
      await clock.advance(100);
      if (rounds.length > count) break;
    }
    expect(clock.monotonic() - start).toBe(1000);
  });
});

describe("a round that cannot publish", () => {
  test("is followed by another when it wants one, and is no failure", async () => {
    await begin();
    loop.changed();
    await clock.advance(50);
    await end({ again: 42_000 });
    await clock.advance(42_000);
    expect(times()).toEqual([0, 50, 42_050]);
    expect(failures).toEqual([]);
  });

  test("leaves the state unsettled until one can", async () => {
    await begin();
    loop.changed();
    let settled = false;
    const done = loop.settled().then(() => {
      settled = true;
    });
    await clock.advance(50);
    await end({ again: 1000 });
    expect(settled).toBe(false);
    await clock.advance(1000);
    await end(true);
    await done;
    expect(settled).toBe(true);
  });

  test("does not keep changes from being compiled, once a second", async () => {
    await begin();
    loop.changed();
    await clock.advance(50);
    await end({ again: 42_000 });
    for (let i = 0; i < 20; i++) {
      loop.changed();
      await clock.advance(100);
      if (rounds.length === 4) break;
      if (rounds.length === 3) await end({ again: 42_000 });
    }
    expect(times()).toEqual([0, 50, 1050, 2050]);
  });
});

describe("settled", () => {
  /** Whether the promise has been resolved or rejected by now. */
  async function stateOf(promise: Promise<void>): Promise<string> {
    const states = [promise.then(() => "resolved"), clock.advance(0).then(() => "pending")];
    return Promise.race(states).catch(() => "rejected");
  }

  test("waits for the first round, also when asked for before the start", async () => {
    const settled = loop.settled();
    loop.start();
    await clock.advance(0);
    expect(await stateOf(settled)).toBe("pending");
    await end(false);
    expect(await stateOf(settled)).toBe("resolved");
    expect(await stateOf(loop.settled())).toBe("resolved");
  });

  test("waits for a round that began after the change", async () => {
    await begin();
    loop.changed();
    await clock.advance(50);
    loop.changed();
    const settled = loop.settled();
    await end(false);
    expect(await stateOf(settled)).toBe("pending");
    await clock.advance(1000);
    await end(false);
    expect(await stateOf(settled)).toBe("resolved");
  });

  test("waits through failures", async () => {
    const settled = loop.settled();
    loop.start();
    await clock.advance(0);
    await end(new Error("outage"));
    expect(await stateOf(settled)).toBe("pending");
    await clock.advance(500);
    await end(true);
    expect(await stateOf(settled)).toBe("resolved");
  });

  test("rejects when the loop is closed", async () => {
    const before = expect(loop.settled()).rejects.toThrow(LoopClosedError);
    await loop.close();
    await before;
    await expect(loop.settled()).rejects.toThrow(LoopClosedError);
  });
});

describe("close", () => {
  test("aborts the round under way, waits for it, and reports no failure of it", async () => {
    loop.start();
    await clock.advance(0);
    const closing = loop.close();
    let closed = false;
    const watched = closing.then(() => {
      closed = true;
    });
    expect(rounds[0]?.signal.aborted).toBe(true);
    await clock.advance(0);
    expect(closed).toBe(false);
    rounds[0]?.fail(new Error("given up"));
    await watched;
    expect(failures).toEqual([]);
    expect(clock.next()).toBeUndefined();
  });

  test("ends everything: no change, timer or start begins a round", async () => {
    await begin();
    loop.changed();
    await loop.close();
    loop.changed();
    loop.start();
    await clock.advance(10_000_000);
    expect(times()).toEqual([0]);
  });
});
