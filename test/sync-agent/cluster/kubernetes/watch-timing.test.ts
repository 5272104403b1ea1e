import { describe, expect, test } from "vitest";
import {
  DEFAULT_WATCH_TIMING,
  jittered,
  retryDelay,
  watchSeconds,
} from "../../../../sync-agent/cluster/kubernetes/watch-timing.ts";

const almostOne = 1 - Number.EPSILON;

describe("the delay after failures", () => {
  test.each([
    [1, 500, 1000],
    [2, 1000, 2000],
    [3, 2000, 4000],
    [6, 15_000, 30_000],
    [7, 15_000, 30_000],
    [1_000_000, 15_000, 30_000],
  ])("failure %d: from %d to %d ms", (failures, least, most) => {
    expect(retryDelay(failures, 0, 0, DEFAULT_WATCH_TIMING)).toBe(least);
    expect(retryDelay(failures, almostOne, 0, DEFAULT_WATCH_TIMING)).toBe(most);
  });

  test.each([
    [5000, 5000],
    [100, 500],
    [86_400_000, 300_000],
  ])("a server that asks for %d ms is left alone for %d", (retryAfter, ms) => {
    expect(retryDelay(1, 0, retryAfter, DEFAULT_WATCH_TIMING)).toBe(ms);
  });
});

test("watches are asked for 5 to 10 minutes", () => {
  expect(watchSeconds(0, DEFAULT_WATCH_TIMING)).toBe(300);
  expect(watchSeconds(almostOne, DEFAULT_WATCH_TIMING)).toBe(600);
});

test("a jittered time is an eighth around the time", () => {
  expect(jittered(800, 0)).toBe(700);
  expect(jittered(800, 0.5)).toBe(800);
  expect(jittered(800, almostOne)).toBe(900);
});

test("a watch counts as well only when it has begun for sure", () => {
  expect(DEFAULT_WATCH_TIMING.healthy).toBeGreaterThan(DEFAULT_WATCH_TIMING.connectTimeout);
});
