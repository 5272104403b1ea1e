import { expect, test } from "vitest";
import {
  checkedTiming,
  DEFAULT_LEASE_TIMING,
  type LeaseTiming,
  LeaseTimingError,
} from "../../../sync-agent/lease/timing.ts";

test("the defaults are client-go's, but for how often a candidate looks", () => {
  expect(checkedTiming()).toEqual({
    leaseDuration: 15_000,
    renewDeadline: 10_000,
    retryPeriod: 2000,
    pollPeriod: 500,
  });
  expect(checkedTiming({ retryPeriod: 500 })).toEqual({ ...DEFAULT_LEASE_TIMING, retryPeriod: 500 });
});

test.each<[string, Partial<LeaseTiming>]>([
  ["a lease no longer than the deadline", { leaseDuration: 10_000 }],
  ["a deadline that leaves no second try", { renewDeadline: 2400 }],
  ["no pause between tries", { retryPeriod: 0 }],
  ["no pause between looks", { pollPeriod: 0 }],
  ["what is no number", { leaseDuration: Number.NaN }],
])("refuses %s", (_name, timing) => {
  expect(() => checkedTiming(timing)).toThrow(LeaseTimingError);
});
