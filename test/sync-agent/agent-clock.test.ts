import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { systemClock } from "../../sync-agent/clock.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
});

afterEach(() => {
  vi.useRealTimers();
});

test("runs a task once after its time", () => {
  const runs: number[] = [];
  systemClock.after(500, () => runs.push(systemClock.now()));
  vi.advanceTimersByTime(499);
  expect(runs).toEqual([]);
  vi.advanceTimersByTime(10_000);
  expect(runs).toEqual([1_700_000_000_500]);
});

test("does not run a task that was called off", () => {
  let ran = false;
  const callOff = systemClock.after(500, () => {
    ran = true;
  });
  callOff();
  vi.advanceTimersByTime(10_000);
  expect(ran).toBe(false);
});

test("its delays do not depend on the time of day", () => {
  const before = systemClock.monotonic();
  vi.setSystemTime(1_600_000_000_000);
  vi.advanceTimersByTime(100);
  expect(systemClock.now()).toBe(1_600_000_000_100);
  expect(systemClock.monotonic() - before).toBe(100);
});
