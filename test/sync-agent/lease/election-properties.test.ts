import fc from "fast-check";
import { expect, test } from "vitest";
import type { Leadership } from "../../../sync-agent/leadership.ts";
import { createLeaseLeadership } from "../../../sync-agent/lease/election.ts";
import { createFakeLog } from "../publish/support/fake-log.ts";
import { seeded } from "../publish/support/seeded.ts";
import { createWorld, type Host } from "./support/world.ts";

/** Trouble until then, peace until the end; in true milliseconds. */
const TROUBLE = 90_000;
const END = 150_000;

const span = (longest: number) =>
  fc.record({ at: fc.nat({ max: TROUBLE - longest }), length: fc.integer({ min: 1, max: longest }) });

const candidate = fc.record({
  offset: fc.integer({ min: -86_400_000, max: 86_400_000 }),
  // Lease duration and renew deadline are 3 : 2, so clocks may differ in speed by nearly a half.
  rate: fc.double({ min: 0.85, max: 1.15, noNaN: true }),
  stalls: fc.array(span(30_000), { maxLength: 4 }),
  cuts: fc.array(span(30_000), { maxLength: 4 }),
  starts: fc.nat({ max: 20_000 }),
  closes: fc.option(fc.nat({ max: TROUBLE }), { freq: 3, nil: undefined }),
});

const scenario = fc.record({
  seed: fc.integer(),
  candidates: fc.array(candidate, { minLength: 2, maxLength: 4 }),
  faults: fc.record({
    lost: fc.double({ min: 0, max: 0.4, noNaN: true }),
    slow: fc.double({ min: 0, max: 0.4, noNaN: true }),
    slowMs: fc.integer({ min: 20, max: 12_000 }),
    outages: fc.array(span(25_000), { maxLength: 3 }),
    until: fc.constant(TROUBLE),
  }),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

interface Agent {
  readonly host: Host;
  readonly leadership: Leadership;
  isClosed: boolean;
}

function settle({ seed, candidates, faults }: Scenario) {
  const random = seeded(seed);
  const world = createWorld(faults, random);
  const agents = candidates.map(({ offset, rate, stalls, cuts, starts, closes }, index): Agent => {
    const host = world.host(offset, rate, stalls, cuts);
    const leadership = createLeaseLeadership({
      client: host.client,
      namespace: "lintel",
      name: "agent",
      identity: `agent-${index}`,
      clock: host.clock,
      random,
      log: createFakeLog(),
    });
    const agent: Agent = { host, leadership, isClosed: false };
    world.at(starts, () => leadership.start(() => {}));
    if (closes !== undefined) {
      host.clock.after(closes / rate, () => {
        agent.isClosed = true;
        void leadership.close();
      });
    }
    return agent;
  });
  // The code of an agent that stands still does nothing, whatever it would take itself for.
  const leaders = () =>
    agents.filter(({ host, leadership }) => !host.isStalled() && leadership.term() !== undefined);
  return { world, agents, leaders };
}

test("never two lead at once by true time, and in the end one does", async () => {
  let terms = 0;
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      const { world, agents, leaders } = settle(given);
      const check = () => {
        expect(leaders().length).toBeLessThanOrEqual(1);
      };
      await world.run(END - 20_000, check);
      const first = leaders();
      await world.run(END, check);
      const isAnybodyThere = agents.some(({ isClosed }) => !isClosed);
      expect(first).toHaveLength(isAnybodyThere ? 1 : 0);
      expect(leaders()).toEqual(first);
      terms += Number(world.lease.stored()?.spec["leaseTransitions"] ?? 0) + 1;
    }),
    // Shrinking such a scenario takes minutes; the seed tells enough.
    { numRuns: 100, endOnFailure: true },
  );
  // Otherwise the scenarios try nothing.
  expect(terms).toBeGreaterThan(130);
}, 60_000);
