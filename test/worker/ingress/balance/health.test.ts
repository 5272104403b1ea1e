import { describe, expect, it } from "vitest";
import { Health } from "../../../../worker/ingress/balance/health.ts";

function ejected(now = 0): Health {
  const health = new Health();
  for (let i = 0; i < 3; i++) if (health.fail(now)) health.eject(now);
  return health;
}

describe("an endpoint's health", () => {
  it("is bad after three failures one after the other", () => {
    const health = new Health();
    expect([health.fail(0), health.fail(0), health.fail(0)]).toEqual([false, false, true]);
  });

  it("is good again after a success in between", () => {
    const health = new Health();
    health.fail(0);
    health.fail(0);
    health.succeed();
    expect([health.fail(0), health.fail(0)]).toEqual([false, false]);
  });

  it("keeps an ejected one out until its trial is due, and lets one request be the trial", () => {
    const health = ejected();
    expect([health.ejected, health.isAvailable(4_999), health.isAvailable(5_000)]).toEqual([
      true,
      false,
      true,
    ]);
    health.begin(5_000);
    expect(health.isAvailable(5_001)).toBe(false);
  });

  it("waits twice as long after each trial that fails, up to a minute", () => {
    const health = ejected();
    const waits: number[] = [];
    let now = 5_000;
    for (let i = 0; i < 6; i++) {
      health.begin(now);
      health.fail(now);
      waits.push(health.nextTrial - now);
      now = health.nextTrial;
    }
    expect(waits).toEqual([10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
  });

  it("is good after a trial that succeeds, with nothing held against it", () => {
    const health = ejected();
    health.begin(5_000);
    health.succeed();
    expect([health.ejected, health.fail(6_000), health.isAvailable(6_000)]).toEqual([false, false, true]);
  });

  it("does not wait longer for failures of what was under way before", () => {
    const health = ejected();
    health.fail(100);
    health.fail(200);
    expect(health.nextTrial).toBe(5_000);
  });

  it("tries again where a trial never ended", () => {
    const health = ejected();
    health.begin(5_000);
    expect([health.isAvailable(9_999), health.isAvailable(10_000)]).toEqual([false, true]);
  });
});
