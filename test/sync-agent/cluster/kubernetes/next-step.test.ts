import { describe, expect, test } from "vitest";
import { afterFailedList, afterWatch } from "../../../../sync-agent/cluster/kubernetes/next-step.ts";
import type { WatchEnd } from "../../../../sync-agent/cluster/kubernetes/watch-objects.ts";
import { DEFAULT_WATCH_TIMING as TIMING } from "../../../../sync-agent/cluster/kubernetes/watch-timing.ts";
import { failure } from "./scripted-client.ts";

const NOW = 1_000_000;
const LATER = 9_000_000;
const error = failure(500);

describe("after a watch", () => {
  test.each<
    [
      string,
      WatchEnd["why"],
      boolean,
      number,
      { version?: string; failures: number; delay: number; told: boolean },
    ]
  >([
    // name, why, healthy, failures before, then
    [
      "that the server ended in time, the next goes on",
      "closed",
      true,
      3,
      { version: "5", failures: 0, delay: 0, told: false },
    ],
    [
      "that ended at once, the next waits, without a word",
      "closed",
      false,
      1,
      { version: "5", failures: 2, delay: 1500, told: false },
    ],
    [
      "that fell silent, the next goes on",
      "silent",
      true,
      3,
      { version: "5", failures: 0, delay: 0, told: false },
    ],
    [
      "on which nothing ever came, the next waits",
      "silent",
      false,
      0,
      { version: "5", failures: 1, delay: 750, told: true },
    ],
    [
      "whose version expired, everything is listed",
      "expired",
      true,
      3,
      { failures: 1, delay: 0, told: false },
    ],
    [
      "that never began since its version is gone, everything is listed",
      "expired",
      false,
      0,
      { failures: 1, delay: 0, told: false },
    ],
    [
      "that expires over and over, lists wait",
      "expired",
      false,
      2,
      { failures: 3, delay: 3000, told: false },
    ],
    [
      "that broke, the next waits, without a word",
      "error",
      true,
      4,
      { version: "5", failures: 1, delay: 750, told: false },
    ],
    [
      "that cannot be had, the next waits, and that is told",
      "error",
      false,
      4,
      { version: "5", failures: 5, delay: 12_000, told: true },
    ],
    [
      "that was stopped for a list, nothing is waited for",
      "stopped",
      false,
      2,
      { version: "5", failures: 2, delay: 0, told: false },
    ],
  ])("%s", (_, why, healthy, failures, { version, told, ...then }) => {
    const before = { version: "5", failures, listDue: LATER };
    const step = afterWatch(before, { why, healthy, error }, NOW, 0.5, TIMING);
    expect(step).toMatchObject({
      delay: then.delay,
      progress: { version, failures: then.failures, listDue: LATER },
    });
    expect(step.failure).toBe(told ? error : undefined);
  });

  test("that the server refuses for the third time, a list is due: the version may be to blame", () => {
    const listDue = (failures: number, status: number | undefined) =>
      afterWatch(
        { version: "5", failures, listDue: LATER },
        { why: "error", healthy: false, error: failure(status) },
        NOW,
        0.5,
        TIMING,
      ).progress.listDue;
    expect(listDue(1, 500)).toBe(LATER);
    expect(listDue(2, 500)).toBe(NOW);
    expect(listDue(2, undefined)).toBe(LATER);
    expect(listDue(5, 400)).toBe(NOW);
  });

  test("the server's wish to be left alone counts", () => {
    const end: WatchEnd = { why: "error", healthy: false, error: failure(429, "slow down", 20_000) };
    expect(afterWatch({ version: "5", failures: 0, listDue: LATER }, end, NOW, 0.5, TIMING).delay).toBe(
      20_000,
    );
  });
});

describe("after a list that failed", () => {
  test("the next waits when nothing is known yet", () => {
    const step = afterFailedList(
      { version: undefined, failures: 1, listDue: -Infinity },
      error,
      NOW,
      0.5,
      TIMING,
    );
    expect(step).toMatchObject({
      progress: { version: undefined, failures: 2 },
      delay: 1500,
      failure: error,
    });
  });

  test("a watch that could go on does, and the list comes later", () => {
    const step = afterFailedList({ version: "5", failures: 1, listDue: NOW }, error, NOW, 0.5, TIMING);
    expect(step).toMatchObject({
      progress: { version: "5", failures: 1, listDue: NOW + 180_000 },
      delay: 0,
      failure: error,
    });
  });
});
