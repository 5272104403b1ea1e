import fc from "fast-check";
import { expect, it } from "vitest";
import { UNUSED_MS } from "../../../sync-agent/certificates/custom-plan.ts";
import { customHarness, MINUTE, want } from "./support/custom-harness.ts";
import { failure } from "./support/fake-zones.ts";
import { runs } from "../../worker/support/runs.ts";

const at = customHarness();

/** Each certificate, with a host in zone `shop.example` that asks for it. */
const HOSTS = {
  shop: "www.shop.example",
  renewed: "www.shop.example",
  other: "api.shop.example",
  rsa: "shop.example",
};
type Name = keyof typeof HOSTS;
const NAMES = Object.keys(HOSTS) as Name[];

interface Step {
  readonly wanted: readonly Name[];
  readonly minutes: number;
  /** Another agent takes over. */
  readonly restart: boolean;
  /** Which request fails, and whether it is carried out all the same. */
  readonly fault: { readonly request: number; readonly late: boolean } | undefined;
}

const steps = fc.array(
  fc.record<Step>({
    wanted: fc.subarray(NAMES),
    minutes: fc.constantFrom(0, 6, 61),
    restart: fc.boolean(),
    fault: fc.option(fc.record({ request: fc.nat({ max: 6 }), late: fc.boolean() }), { nil: undefined }),
  }),
  { maxLength: 6 },
);

function arrange({ fault }: Step): void {
  let left = fault?.request ?? -1;
  at.cloud.fault = () => {
    if (left-- !== 0) return undefined;
    return fault?.late ? "carry out, then cut off" : failure(500, 1, "down");
  };
}

it("whatever fails on the way: others' are left alone, what stays wanted stays, and the end is what is wanted", async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.subarray(NAMES), async (steps, last) => {
      at.reset();
      at.shopZone().custom = [at.byHand("late", "hand-1")];
      let before: readonly Name[] = [];
      for (const step of steps) {
        const held = at.holdings();
        if (step.restart) at.restart();
        arrange(step);
        await at.failureOf(...step.wanted.map((name) => want(HOSTS[name], name, `shop/${name}`)));
        const now = at.holdings();
        expect(now).toContain("late");
        for (const name of step.wanted) {
          if (before.includes(name) && held.includes(name)) expect(now).toContain(name);
        }
        expect(new Set(now).size).toBe(now.length);
        before = step.wanted;
        await at.clock.advance(step.minutes * MINUTE);
      }
      at.cloud.fault = () => undefined;
      const desired = last.map((name) => want(HOSTS[name], name, `shop/${name}`));
      // What another agent has only just written settles first.
      await at.clock.advance(6 * MINUTE);
      await at.reconcile(...desired);
      await at.clock.advance(UNUSED_MS);
      expect((await at.reconcile(...desired)).warnings).toEqual([]);
      expect(at.holdings()).toEqual([...last, "late"].toSorted());
      expect((await at.reconcile(...desired)).writes).toEqual([]);
    }),
    { numRuns: runs(40) },
  );
}, 30_000);
