import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RescanSchedule } from "../../../../sync-agent/cluster/manifests/rescan-schedule.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A schedule whose runs are counted, each lasting as long (milliseconds) as it is told. */
function counted(lasting = 0) {
  const runs = { begun: 0, ended: 0 };
  const run = async () => {
    runs.begun += 1;
    if (lasting > 0) await new Promise((resolve) => setTimeout(resolve, lasting));
    runs.ended += 1;
  };
  return { runs, schedule: new RescanSchedule(run, { quietMillis: 20, maximumMillis: 100 }) };
}

describe("RescanSchedule", () => {
  test("runs once for a burst, when it is over", async () => {
    const { runs, schedule } = counted();
    schedule.begin();
    for (let i = 0; i < 4; i++) {
      schedule.soon();
      await vi.advanceTimersByTimeAsync(19);
    }
    expect(runs.begun).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(runs.begun).toBe(1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(runs.begun).toBe(1);
  });

  test("waits for the end of a burst no longer than the maximum", async () => {
    const { runs, schedule } = counted();
    schedule.begin();
    for (let passed = 0; passed < 1000; passed += 10) {
      schedule.soon();
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(runs.begun).toBeGreaterThanOrEqual(8);
    expect(runs.begun).toBeLessThanOrEqual(10);
  });

  test("never runs twice at a time, and runs again for what came in between", async () => {
    const { runs, schedule } = counted(500);
    schedule.begin();
    schedule.soon();
    await vi.advanceTimersByTimeAsync(20);
    schedule.soon();
    schedule.later(30);
    await vi.advanceTimersByTimeAsync(400);
    expect(runs).toEqual({ begun: 1, ended: 0 });
    await vi.advanceTimersByTimeAsync(100);
    expect(runs).toEqual({ begun: 2, ended: 1 });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(runs).toEqual({ begun: 2, ended: 2 });
  });

  test("keeps what comes before it begins", async () => {
    const { runs, schedule } = counted();
    schedule.soon();
    await vi.advanceTimersByTimeAsync(1000);
    expect(runs.begun).toBe(0);
    schedule.begin();
    await vi.advanceTimersByTimeAsync(20);
    expect(runs.begun).toBe(1);
  });

  test("does not run at its beginning when nothing came", async () => {
    const { runs, schedule } = counted();
    schedule.begin();
    await vi.advanceTimersByTimeAsync(1000);
    expect(runs.begun).toBe(0);
  });

  test("looks again later, by the last call", async () => {
    const { runs, schedule } = counted();
    schedule.begin();
    schedule.later(50);
    schedule.later(200);
    await vi.advanceTimersByTimeAsync(199);
    expect(runs.begun).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(runs.begun).toBe(1);
  });

  test("closes after the run in progress, and begins none", async () => {
    const { runs, schedule } = counted(500);
    schedule.begin();
    schedule.soon();
    await vi.advanceTimersByTimeAsync(30);
    schedule.soon();
    const closed = schedule.close().then(() => ({ ...runs }));
    schedule.soon();
    schedule.later(1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await closed).toEqual({ begun: 1, ended: 1 });
    expect(runs.begun).toBe(1);
  });
});
