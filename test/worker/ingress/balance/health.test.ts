import { describe, expect, it } from "vitest";
import { Health } from "../../../../worker/ingress/balance/health.ts";

function ejected(now = 0): Health {
  const health = new Health();
  for (let i = 0; i < 3; i++) if (health.fail(now, false)) health.eject(now);
  return health;
}

describe("an endpoint's health", () => {
  it("is bad after three failures one after the other", () => {
    const health = new Health();
    expect([health.fail(0, false), health.fail(0, false), health.fail(0, false)]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it("is good again after a success in between", () => {
    const health = new Health();
    health.fail(0, false);
    health.fail(0, false);
    health.succeed();
    expect([health.fail(0, false), health.fail(0, false)]).toEqual([false, false]);
  });

  it("keeps an ejected one out until its trial is due, and lets one request be the trial", () => {
    const health = ejected();
    expect([health.ejected, health.isAvailable(4_999), health.isAvailable(5_000)]).toEqual([
      true,
      false,
      true,
    ]);
    expect([health.begin(5_000), health.begin(5_000)]).toEqual([true, false]);
    expect(health.isAvailable(5_001)).toBe(false);
  });

  it("waits twice as long after each trial that fails, up to a minute", () => {
    const health = ejected();
    const waits: number[] = [];
    let now = 5_000;
    for (let i = 0; i < 6; i++) {
      health.fail(now, health.begin(now));
      waits.push(health.nextTrial - now);
      now = health.nextTrial;
    }
    expect(waits).toEqual([10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
  });

  it("is good after a trial that succeeds, with nothing held against it", () => {
    const health = ejected();
    health.begin(5_000);
    health.succeed();
    expect([health.ejected, health.fail(6_000, false), health.isAvailable(6_000)]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it("does not wait longer for failures of what was under way before", () => {
    const health = ejected();
    health.fail(100, false);
    health.fail(200, false);
    expect(health.nextTrial).toBe(5_000);
  });

  it("does not wait longer for failures of what was sent there before its time, for want of others", () => {
    const health = ejected();
    for (let now = 100; now < 2_000; now += 100) health.fail(now, health.begin(now));
    expect(health.nextTrial).toBe(5_000);
  });

  it("says of an endpoint whether it is known to serve, and whether it is known to fail", () => {
    const health = new Health();
    const said = () => [health.serves, health.fails];
    expect(said()).toEqual([false, false]);
    health.succeed();
    expect(said()).toEqual([true, false]);
    health.fail(0, false);
    expect(said()).toEqual([false, false]);
    health.fail(0, false);
    health.fail(0, false);
    expect(said()).toEqual([false, true]);
    health.readmit();
    expect(said()).toEqual([false, false]);
  });

  it("tries again where a trial never ended", () => {
    const health = ejected();
    health.begin(5_000);
    expect([health.isAvailable(9_999), health.isAvailable(10_000)]).toEqual([false, true]);
  });
});
