import { describe, expect, test } from "vitest";
import { DEFAULT_TIMING, failureAt, type History, nextRound } from "../../sync-agent/timing.ts";

const START = 100_000;
const IDLE: History = { round: START, publication: undefined, failure: undefined, changes: undefined };
const at = (first: number, last = first) => ({ first: START + first, last: START + last });
const failed = (retry: number, blocked = 0) => ({
  time: START,
  retry: START + retry,
  blocked: START + blocked,
});

describe("the next round is due", () => {
  test.each<[string, Partial<History>, number]>([
    ["an hour after the last when nothing changes", {}, 3_600_000],
    ["50 ms after a change", { changes: at(0) }, 50],
    ["50 ms after the last of several", { changes: at(0, 120) }, 170],
    ["500 ms after the first when they do not end", { changes: at(0, 490) }, 500],
    ["1.5 s after a publication, however soon a change comes", { publication: START, changes: at(10) }, 1500],
    ["50 ms after a change long after a publication", { publication: START, changes: at(9000) }, 9050],
    ["when the retry is, after a failure", { failure: failed(700) }, 700],
    [
      "a second after a failure, on a change during a long wait",
      { failure: failed(30_000), changes: at(10) },
      1000,
    ],
    [
      "50 ms after a change that comes later in the wait",
      { failure: failed(30_000), changes: at(5000) },
      5050,
    ],
    ["when the retry is, if a change would be later", { failure: failed(600), changes: at(590) }, 600],
    ["not before a server allows it again", { failure: failed(600, 42_000), changes: at(10) }, 42_000],
  ])("%s", (_name, history, expected) => {
    expect(nextRound({ ...IDLE, ...history }, DEFAULT_TIMING) - START).toBe(expected);
  });

  test("at once when there was none", () => {
    expect(nextRound({ ...IDLE, round: undefined }, DEFAULT_TIMING)).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe("the retry after failures", () => {
  test.each([
    [1, 0, 500],
    [1, 0.5, 750],
    [2, 0, 1000],
    [3, 0, 2000],
    [4, 0.999, 7996],
    [6, 0, 15_000],
    [7, 0.999, 29_985],
    [60, 0, 15_000],
    [5000, 0.999, 29_985],
  ])("number %i, with %f, waits %i ms", (count, random, expected) => {
    const { time, retry, blocked } = failureAt(START, count, random, 0, DEFAULT_TIMING);
    expect([time, retry - START, blocked]).toEqual([START, expected, START]);
  });

  test.each([
    [42_000, 42_000],
    [86_400_000, 300_000],
  ])("heeds a server that asks for %i ms, with %i", (retryAfter, expected) => {
    expect(failureAt(START, 1, 0, retryAfter, DEFAULT_TIMING).blocked - START).toBe(expected);
  });
});
