import { describe, expect, it } from "vitest";
import { Latency } from "../../../../worker/ingress/balance/latency.ts";
import { Load } from "../../../../worker/ingress/balance/load.ts";

describe("latency", () => {
  it("is the first observation, then an average that follows the later ones", () => {
    const latency = new Latency();
    latency.observe(100, 1_000_000);
    expect(latency.score(1_000_000)).toBeCloseTo(100, 5);
    latency.observe(300, 1_010_000);
    expect(latency.score(1_010_000)).toBeCloseTo(100 / Math.E + 300 * (1 - 1 / Math.E), 5);
  });

  it("fades while nothing is observed, so that a slow endpoint is tried again", () => {
    const latency = new Latency(1_000, 0);
    expect(latency.score(10_000)).toBeCloseTo(1_000 / Math.E, 5);
    expect(latency.score(100_000)).toBeLessThan(1);
  });

  it("does not mind a clock that goes back", () => {
    const latency = new Latency(50, 1_000);
    expect(latency.score(0)).toBe(50);
  });
});

describe("load", () => {
  it("counts a request from its start until its response has passed", () => {
    const load = new Load();
    const a = load.begin(0);
    const b = load.begin(0);
    expect(load.count(0)).toBe(2);
    a.answered();
    b.ended();
    expect(load.count(0)).toBe(1);
    a.ended();
    a.ended();
    expect(load.count(0)).toBe(0);
  });

  it("drops a request that nobody waits for any more, and none whose response is passing", () => {
    const load = new Load();
    load.begin(0);
    load.begin(0).answered();
    const late = load.begin(100_000);
    expect(load.count(120_000)).toBe(2);
    late.ended();
    expect(load.count(120_000)).toBe(1);
  });
});
