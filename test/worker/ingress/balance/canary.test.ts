import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { Canary } from "../../../../contract/index.ts";
import { canaryRule } from "../../../../worker/ingress/balance/canary.ts";
import { Rotation } from "../../../../worker/ingress/balance/rotation.ts";

const canary = (more: Partial<Canary>): Canary => ({
  ingress: "shop/canary",
  service: "shop/next",
  port: 80,
  weight: 0,
  total: 100,
  ...more,
});
const asked = (headers: Record<string, string>) => ({ request: new Request("http://a.test/", { headers }) });

describe("a canary takes", () => {
  const always = canary({ header: { name: "X-Canary" }, cookie: "canary" });
  const valued = canary({ header: { name: "X-Canary", value: "DoCanary" }, cookie: "canary" });
  const matched = canary({ header: { name: "X-Canary", pattern: "^v[23]$" } });
  test.each<[string, Canary, Record<string, string>, boolean]>([
    ["a request whose header says always", always, { "x-canary": "always" }, true],
    ["none whose header says never", always, { "x-canary": "never", cookie: "canary=always" }, false],
    [
      "what the cookie says where the header says neither",
      always,
      { "x-canary": "1", cookie: "canary=always" },
      true,
    ],
    ["what the cookie says without a header", always, { cookie: "a=b; canary=always" }, true],
    [
      "none whose cookie says never",
      canary({ cookie: "canary", weight: 100 }),
      { cookie: "canary=never" },
      false,
    ],
    ["nothing by a cookie of another value", always, { cookie: "canary=yes" }, false],
    ["a request whose header has the value", valued, { "x-canary": "DoCanary" }, true],
    ["none by always where a value is asked for", valued, { "x-canary": "always" }, false],
    [
      "by the cookie what does not have the value",
      valued,
      { "x-canary": "never", cookie: "canary=always" },
      true,
    ],
    ["a request whose header fits the pattern", matched, { "x-canary": "v2" }, true],
    ["none whose header does not", matched, { "x-canary": "v20" }, false],
    [
      "by weight what the pattern does not decide",
      { ...matched, weight: 100 },
      { "x-canary": "always" },
      true,
    ],
    [
      "by the value alone where there is a pattern too",
      canary({ header: { name: "x-canary", value: "a", pattern: "b" } }),
      { "x-canary": "b" },
      false,
    ],
    ["nothing of its own accord", always, {}, false],
  ])("%s", (_, rule, headers, expected) => {
    expect(canaryRule(rule, () => 0)(asked(headers))).toBe(expected);
  });

  it("its weight of 10,000 requests, within a tenth of a point", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_000 }),
        fc.constantFrom(100, 1_000),
        fc.double({ min: 0, max: 0.999_999, noNaN: true }),
        (share, total, start) => {
          const weight = Math.round((share / 1_000) * total);
          const takes = canaryRule(canary({ weight, total }), () => start);
          const request = asked({});
          let taken = 0;
          for (let i = 0; i < 10_000; i++) if (takes(request)) taken++;
          expect(Math.abs(taken - (10_000 * weight) / total)).toBeLessThanOrEqual(10);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("a rotation", () => {
  it("is even within every run, and not only in the long run", () => {
    const { draw } = new Rotation(() => 0.3);
    const draws = Array.from({ length: 1_000 }, draw);
    for (let start = 0; start + 100 <= draws.length; start += 50) {
      const low = draws.slice(start, start + 100).filter((x) => x < 0.2).length;
      expect(Math.abs(low - 20)).toBeLessThanOrEqual(2);
    }
  });

  it("has no rhythm: every second request of a page is decided like any other", () => {
    const { draw } = new Rotation(() => 0);
    const low = Array.from({ length: 2_000 }, draw).filter((x, i) => i % 2 === 0 && x < 0.5).length;
    expect(Math.abs(low - 500)).toBeLessThanOrEqual(10);
  });
});
