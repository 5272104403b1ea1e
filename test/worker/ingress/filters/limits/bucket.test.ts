import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Rate, rateOf, REQUEST } from "../../../../../worker/limits/rate.ts";
import { Bucket } from "../../../../../worker/ingress/filters/limits/bucket.ts";

const START = 1_790_000_000_000;

function ask(bucket: Bucket, now: number): boolean {
  const passes = bucket.asks(now);
  if (passes) bucket.passes();
  return passes;
}

/**
 * What nginx does (ngx_http_limit_req_lookup), in fractions without rounding: numerators over 60,000, which one request a
 * minute and a millisecond make.
 */
function nginx(limit: number, unit: "second" | "minute", burst: number): (now: number) => boolean {
  const rate = BigInt(limit) * (unit === "second" ? 60n : 1n);
  let state: { excess: bigint; last: number } | undefined;
  return (now) => {
    if (state === undefined) {
      state = { excess: 0n, last: now };
      return true;
    }
    const elapsed = now - state.last;
    // nginx takes a clock that was set back for one that went on by a millisecond.
    const ms = elapsed < -60_000 ? 0 : Math.max(0, elapsed);
    if (elapsed < -60_000) state.last = now;
    let excess = state.excess - rate * BigInt(ms) + 60_000n;
    if (excess < 0n) excess = 0n;
    if (excess > BigInt(burst) * 60_000n) return false;
    state = { excess, last: ms > 0 ? now : state.last };
    return true;
  };
}

const limits = fc.record({
  limit: fc.integer({ min: 1, max: 200 }),
  unit: fc.constantFrom("second" as const, "minute" as const),
  multiplier: fc.integer({ min: 1, max: 6 }),
});
const gaps = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 30 }) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 5_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: -500, max: 0 }) },
    { weight: 1, arbitrary: fc.integer({ min: -10_000_000, max: 10_000_000 }) },
  ),
  { maxLength: 400 },
);

describe("a bucket", () => {
  it("lets exactly those requests pass that nginx would, whenever they come", () => {
    fc.assert(
      fc.property(limits, gaps, ({ limit, unit, multiplier }, between) => {
        const bucket = new Bucket("k", rateOf(limit, unit, multiplier), START);
        const expected = nginx(limit, unit, limit * multiplier);
        let now = START;
        for (const gap of between) {
          now += gap;
          expect(ask(bucket, now)).toBe(expected(now));
        }
      }),
    );
  });

  it("lets the burst and one more pass at once, and then one at a time", () => {
    const bucket = new Bucket("k", rateOf(10, "second", 5), START);
    expect(Array.from({ length: 60 }, () => ask(bucket, START)).filter(Boolean)).toHaveLength(51);
    expect(ask(bucket, START + 99)).toBe(false);
    expect(ask(bucket, START + 100)).toBe(true);
    expect(ask(bucket, START + 100)).toBe(false);
  });

  it("says how many would pass, and how long it takes for one more", () => {
    const bucket = new Bucket("k", rateOf(2, "second", 1), START);
    expect([bucket.remaining(START), bucket.untilNext(START)]).toEqual([3, 0]);
    ask(bucket, START);
    expect([bucket.remaining(START), bucket.untilNext(START)]).toEqual([2, 500]);
    expect([bucket.remaining(START + 200), bucket.untilNext(START + 200)]).toEqual([2, 300]);
    ask(bucket, START + 200);
    ask(bucket, START + 200);
    expect([bucket.remaining(START + 300), bucket.untilNext(START + 300)]).toEqual([0, 200]);
  });

  it("goes on at once where the clock was set back by hours", () => {
    const bucket = new Bucket("k", rateOf(1, "second", 1), START);
    ask(bucket, START);
    ask(bucket, START);
    const earlier = START - 3_600_000;
    expect(ask(bucket, earlier)).toBe(false);
    expect(ask(bucket, earlier + 1_000)).toBe(true);
  });
});

describe("a bucket that hears of others", () => {
  const rate: Rate = rateOf(10, "second", 2);
  const used = (requests: number) => {
    const bucket = new Bucket("k", rate, START);
    for (let i = 0; i < requests; i++) ask(bucket, START);
    return bucket;
  };
  const hear = (bucket: Bucket, level: number | undefined, share: number, random = 0) =>
    bucket.hear({ share, ...(level !== undefined && { level: level * REQUEST }) }, START, random);

  it("tells of its use once", () => {
    const bucket = used(22);
    expect(bucket.report(START)).toEqual({ key: "k", ...rate, asked: 22, passed: 21, level: 21 * REQUEST });
    expect(bucket.report(START)).toMatchObject({ asked: 0, passed: 0, level: 21 * REQUEST });
  });

  it("takes its part of what is left", () => {
    const bucket = used(1);
    bucket.report(START);
    hear(bucket, 11, 0.5);
    expect(bucket.remaining(START)).toBe(5);
  });

  it("takes no part of what it has used since", () => {
    const bucket = used(1);
    bucket.report(START);
    ask(bucket, START);
    ask(bucket, START);
    hear(bucket, 11, 0.5);
    expect(bucket.remaining(START)).toBe(4);
  });

  it.each([
    [0.49, 0],
    [0.5, 1],
  ])("rounds its part by chance (%f)", (random, remaining) => {
    const bucket = used(1);
    bucket.report(START);
    hear(bucket, 20, 0.5, random);
    expect(bucket.remaining(START)).toBe(remaining);
  });

  it("is refilled by its part, and by all once it has not heard for two seconds", () => {
    const bucket = used(21);
    bucket.report(START);
    hear(bucket, 21, 0.25);
    expect(bucket.untilNext(START)).toBe(400);
    expect(bucket.remaining(START + 400)).toBe(1);
    expect(bucket.remaining(START + 2_000)).toBe(5);
    expect(bucket.remaining(START + 3_000)).toBe(15);
  });

  it.each([
    [0.05, 2_000],
    [0.01, 2_080],
    [0, 2_100],
  ])("knows that its part, %f of all, is so for two seconds only", (share, wait) => {
    const bucket = used(21);
    bucket.report(START);
    hear(bucket, 21, share);
    expect(bucket.untilNext(START)).toBeCloseTo(wait);
  });

  it("helps to make up for what was too much", () => {
    const bucket = used(21);
    bucket.report(START);
    hear(bucket, 25, 0.5);
    expect(bucket.untilNext(START)).toBe(600);
  });

  it("goes by its own count where it is alone", () => {
    const bucket = used(3);
    bucket.report(START);
    hear(bucket, undefined, 1, 0.9);
    expect(bucket.remaining(START)).toBe(18);
  });
});
