/** The memory of an isolate that has served every host of a large cluster. */
import type { Bench } from "./support/benchmark.ts";
import { liveHeap } from "./support/live-heap.ts";
import { ROUTES_OF_HOST } from "./support/made-cluster.ts";

const FEW = 100;
const MANY = 10_000;
const ROUNDS = 3;
const GOAL_MB = 64;

export const bench: Bench = {
  title: "Memory of an isolate",
  method:
    "The Worker on workerd, whose V8 is told to collect all garbage each time and to say what is left of each heap. Every host is " +
    "asked for several times. Of the edge's isolate alone: storage has others.",
  async run(say) {
    say(`${FEW} hosts`);
    const few = await liveHeap(FEW, ROUNDS);
    say(`${MANY} hosts`);
    const many = await liveHeap(MANY, ROUNDS);
    const baseline = { name: `${FEW} hosts`, value: few.live };
    return {
      rows: [
        { what: "10,000 hosts: what is alive in the end", measured: many.live, unit: "MB", baseline },
        { what: "10,000 hosts: the most that was left by a collection", measured: many.most, unit: "MB" },
      ],
      goals: [
        {
          what: "10,000 hosts: the most that was left",
          is: many.most,
          unit: "MB",
          want: { atMost: GOAL_MB },
        },
      ],
      notes: [
        `10,000 hosts have ${(MANY * ROUTES_OF_HOST).toLocaleString("en-US")} routes and 10,000 Services. Cloudflare ends an isolate at 128 MB.`,
      ],
    };
  },
};
