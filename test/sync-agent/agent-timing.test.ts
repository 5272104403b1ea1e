import { describe, expect, test } from "vitest";
import {
  DEFAULT_TIMING,
  failureAt,
  type History,
  nextRound,
  UNLIMITED_TIMING,
} from "../../sync-agent/timing.ts";

const START = 100_000;
const IDLE: History = {
  round: START,
  publication: undefined,
  failure: undefined,
  again: undefined,
  changes: undefined,
};
const at = (first: number, last = first) => ({ first: START + first, last: START + last });
const failed = (retry: number) => ({ time: START, retry: START + retry });

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
    ["when a round that could not publish wants another", { again: START + 42_000 }, 42_000],
    ["a second after such a one, on a change", { again: START + 42_000, changes: at(10) }, 1000],
    ["when it wants another, if a change would be later", { again: START + 300, changes: at(290) }, 300],
  ])("%s", (_name, history, expected) => {
    expect(nextRound({ ...IDLE, ...history }, DEFAULT_TIMING) - START).toBe(expected);
  });

  test("at once when there was none", () => {
    expect(nextRound({ ...IDLE, round: undefined }, DEFAULT_TIMING)).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe("where the KV API has no limits, the next round is due", () => {
  test.each<[string, Partial<History>, number]>([
    ["20 ms after a change", { changes: at(0) }, 20],
    ["20 ms after the last of several", { changes: at(0, 120) }, 140],
    ["100 ms after a publication, however soon a change comes", { publication: START, changes: at(10) }, 100],
  ])("%s", (_name, history, expected) => {
    expect(nextRound({ ...IDLE, ...history }, UNLIMITED_TIMING) - START).toBe(expected);
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
    const { time, retry } = failureAt(START, count, random, DEFAULT_TIMING);
    expect([time, retry - START]).toEqual([START, expected]);
  });
});
