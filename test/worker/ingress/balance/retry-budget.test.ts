import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RetryBudget } from "../../../../worker/ingress/balance/retry-budget.ts";

describe("a retry budget", () => {
  it("grants a fifth of what came lately, and fifty", () => {
    const budget = new RetryBudget();
    for (let i = 0; i < 1_000; i++) budget.request(i);
    let granted = 0;
    while (budget.retry(1_000)) granted++;
    expect(granted).toBe(250);
  });

  it("grants nothing more until time has passed, then anew", () => {
    const budget = new RetryBudget();
    while (budget.retry(0));
    expect([budget.retry(4_999), budget.retry(9_999), budget.retry(15_000)]).toEqual([false, false, true]);
  });

  it("never multiplies an outage: at any rate of requests that all want retries", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { minLength: 1, maxLength: 3_000 }), (gaps) => {
        const budget = new RetryBudget();
        let [now, retries] = [0, 0];
        for (const gap of gaps) {
          now += gap;
          budget.request(now);
          for (let i = 0; i < 2; i++) if (budget.retry(now)) retries++;
        }
        // Every window grants its free ones once, and requests count in two windows.
        expect(retries).toBeLessThanOrEqual(0.4 * gaps.length + 50 * (now / 5_000 + 2));
      }),
      { numRuns: 50 },
    );
  });
});
