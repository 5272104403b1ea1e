/** Isolates that tell each other of their use keep to a limit together, though each decides for itself. */
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, it, test, vi } from "vitest";
import type { Filters } from "../../../contract/index.ts";
import type { Exchange, Step } from "../../../worker/ingress/filters/filter.ts";
import { limits } from "../../../worker/ingress/filters/limits/limits.ts";
import type { LimitPeers } from "../../../worker/limits/exchange.ts";
import { Ledger } from "../../../worker/limits/ledger.ts";
import { limitPeers } from "../../../worker/limits/peers.ts";
import { exchangeOf, routeWith } from "../support/exchange.ts";
import { chance, distant, Isolate, LIMITS, run } from "./isolates.ts";
import { VirtualTime } from "./virtual-time.ts";

let time: VirtualTime;
beforeEach(() => {
  time = new VirtualTime();
});

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
const mean = (numbers: readonly number[]) => sum(numbers) / numbers.length;

interface Scenario {
  readonly perSecond: number;
  readonly burstMultiplier: number;
  /** Of each isolate, a second. */
  readonly demand: readonly number[];
  /** Milliseconds there and back. */
  readonly distance: number;
}

const SCENARIOS: readonly [string, Scenario][] = [
  ["four alike", { perSecond: 10, burstMultiplier: 5, demand: [20, 20, 20, 20], distance: 20 }],
  ["far away", { perSecond: 10, burstMultiplier: 5, demand: [20, 20, 20, 20], distance: 300 }],
  ["eight, far beyond it", { perSecond: 25, burstMultiplier: 1, demand: Array(8).fill(50), distance: 150 }],
  ["unlike each other", { perSecond: 50, burstMultiplier: 1, demand: [90, 10, 3], distance: 80 }],
  ["many with little each", { perSecond: 100, burstMultiplier: 1, demand: Array(32).fill(10), distance: 80 }],
  [
    "more isolates than requests",
    { perSecond: 1, burstMultiplier: 1, demand: Array(8).fill(2), distance: 80 },
  ],
];

describe("the sum over isolates", () => {
  test.each(SCENARIOS)("is the limit after two seconds: %s", async (_, scenario) => {
    const { perSecond, burstMultiplier, demand, distance } = scenario;
    for (const seed of [1, 2]) {
      const random = chance(seed);
      const ledger = new Ledger(() => time.now);
      const peers = distant(
        time,
        () => distance * (0.3 + 0.4 * random()),
        (report) => ledger.exchange(report),
      );
      const isolates = demand.map(() => new Isolate({ perSecond, burstMultiplier }, time, random, peers));
      const bySecond = await run(isolates, { demand, seconds: perSecond < 10 ? 60 : 17 }, time, random);
      const after = bySecond.slice(2);
      // Single requests are rounded by chance, which shows where the limit is a few of them.
      const tolerance = 0.05 + 0.25 / perSecond;
      expect(Math.abs(mean(after) / perSecond - 1), `seed ${seed}: ${bySecond.join(" ")}`).toBeLessThan(
        tolerance,
      );
    }
  });

  it("is what is asked for, below the limit", async () => {
    const random = chance(4);
    const ledger = new Ledger(() => time.now);
    const peers = distant(
      time,
      () => 40,
      (report) => ledger.exchange(report),
    );
    const demand = [2, 2, 2];
    const isolates = demand.map(
      () => new Isolate({ perSecond: 10, burstMultiplier: 3 }, time, random, peers),
    );
    await run(isolates, { demand, seconds: 30 }, time, random);
    for (const { asked, passed } of isolates) expect(passed).toBe(asked);
  });

  it("is the limit of each isolate where nobody can be told", async () => {
    const random = chance(5);
    const peers: LimitPeers = async () => {
      await time.delay(10);
      throw new Error("the object is gone");
    };
    const demand = [40, 40];
    const isolates = demand.map(
      () => new Isolate({ perSecond: 10, burstMultiplier: 1 }, time, random, peers),
    );
    const bySecond = await run(isolates, { demand, seconds: 10 }, time, random);
    expect(Math.abs(mean(bySecond.slice(2)) - 20)).toBeLessThan(1);
    expect(isolates[0]?.logged).toEqual(["use of limits is not shared"]);
  });

  it("is the limit of each isolate where nobody answers", async () => {
    const random = chance(6);
    const peers: LimitPeers = () => new Promise(() => undefined);
    const demand = [40, 40];
    const isolates = demand.map(
      () => new Isolate({ perSecond: 10, burstMultiplier: 1 }, time, random, peers),
    );
    const bySecond = await run(isolates, { demand, seconds: 10 }, time, random);
    expect(Math.abs(mean(bySecond.slice(2)) - 20)).toBeLessThan(1);
  });

  it("is kept to by an isolate that is alone, to the request", async () => {
    const random = chance(7);
    const ledger = new Ledger(() => time.now);
    const peers = distant(
      time,
      () => 100 * random(),
      (report) => ledger.exchange(report),
    );
    const shared = new Isolate({ perSecond: 7, burstMultiplier: 2 }, time, random, peers);
    const alone = new Isolate({ perSecond: 7, burstMultiplier: 2 }, time, random);
    for (let i = 0; i < 2_000; i++) {
      await time.pass(Math.floor(200 * random()));
      expect(await shared.ask()).toBe(await alone.ask());
    }
  });
});

describe("connections", () => {
  const random = chance(9);

  function isolate(ledger: Ledger): Step {
    const filters: Filters = { limits: { ...LIMITS, connections: 4 } };
    const step = limits({
      now: () => time.now,
      delay: time.delay,
      random,
      waitUntil: () => undefined,
      log: () => undefined,
      limitPeers: distant(
        time,
        () => 20,
        (report) => ledger.exchange(report),
      ),
    })(filters, routeWith(filters));
    if (step === undefined) throw new Error("no step");
    return step;
  }

  async function begin(step: Step, times: number): Promise<Exchange[]> {
    const begun: Exchange[] = [];
    for (let i = 0; i < times; i++) {
      const exchange = exchangeOf({});
      if ((await step.request?.(exchange)) === undefined) begun.push(exchange);
    }
    return begun;
  }

  it("of other isolates are heard of", async () => {
    const ledger = new Ledger(() => time.now);
    const [a, b] = [isolate(ledger), isolate(ledger)];
    expect(await begin(a, 9)).toHaveLength(4);
    await time.pass(1_000);
    // The first request is decided on before anybody can be asked.
    const [first] = await begin(b, 1);
    await time.pass(1_000);
    expect(await begin(b, 9)).toHaveLength(0);
    if (first !== undefined) b.abandoned?.(first);
    await time.pass(1_000);
    expect(await begin(b, 9)).toHaveLength(0);
  });

  it("that rest are not forgotten, and those that end are", async () => {
    const ledger = new Ledger(() => time.now);
    const [a, b] = [isolate(ledger), isolate(ledger)];
    const held = await begin(a, 3);
    await time.pass(120_000);
    await begin(b, 1);
    await time.pass(1_000);
    expect(await begin(b, 9)).toHaveLength(0);
    for (const exchange of held) a.abandoned?.(exchange);
    await time.pass(1_000);
    // The first may still be refused by what was known, and has it asked for.
    const first = await begin(b, 1);
    await time.pass(1_000);
    expect([...first, ...(await begin(b, 9))]).toHaveLength(3);
  });
});

describe("with a real object", () => {
  // The Worker is loaded for it.
  beforeAll(async () => {
    await env.LIMITS.getByName("convergence/0").exchange({ isolate: "none", uses: [], underway: [] });
  }, 60_000);
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"], now: time.now });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("the sum is the limit after two seconds", async () => {
    const random = chance(8);
    const connected = limitPeers(env.LIMITS, "convergence");
    const peers: LimitPeers = async (shard, report) => {
      await time.delay(30);
      vi.setSystemTime(time.now);
      const answer = await time.hold(connected(shard, report));
      await time.delay(30);
      return answer;
    };
    const demand = [30, 30, 30];
    const isolates = demand.map(
      () => new Isolate({ perSecond: 20, burstMultiplier: 2 }, time, random, peers),
    );
    const bySecond = await run(isolates, { demand, seconds: 12 }, time, random);
    expect(isolates.flatMap(({ logged }) => logged)).toEqual([]);
    expect(Math.abs(mean(bySecond.slice(2)) - 20), bySecond.join(" ")).toBeLessThan(1);
  });
});
