import { expect, it } from "vitest";
import { liveHeap } from "../../bench/support/live-heap.ts";

/** Half of what Cloudflare allows an isolate. */
const MOST_MB = 64;

it(
  "an isolate that has served each of 10,000 hosts takes less than half of what it may",
  { timeout: 120_000 },
  async () => {
    const { live, most } = await liveHeap(10_000, 1);
    expect(most).toBeLessThan(MOST_MB);
    // All of them were asked for: their texts alone are more.
    expect(live).toBeGreaterThan(15);
  },
);
