import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashText } from "../../../../worker/ingress/balance/hash.ts";
import { best, bestFew } from "../../../../worker/ingress/balance/rendezvous.ts";
import { members } from "./members.ts";

const keys = (n: number, prefix = "") => Array.from({ length: n }, (_, i) => hashText(`${prefix}${i}`));
const size = fc.integer({ min: 2, max: 40 });

describe("a key's place", () => {
  it("moves only when its own member goes, and then to whoever is left", () => {
    fc.assert(
      fc.property(size, fc.nat(), fc.string(), (n, which, prefix) => {
        const all = members(n);
        const lost = all[which % n];
        const left = all.filter((member) => member !== lost);
        for (const key of keys(50, prefix)) {
          const before = best(all, key);
          if (before !== lost) expect(best(left, key)).toBe(before);
          else expect(left).toContain(best(left, key));
        }
      }),
      { numRuns: 50 },
    );
  });

  it("is with each of n members for about one key in n, and of a lost one's keys each gets a share", () => {
    const all = members(10);
    const counts = new Map(all.map((member) => [member, 0]));
    const heirs = new Map(all.map((member) => [member, 0]));
    for (const key of keys(20_000)) {
      const member = best(all, key);
      if (member === undefined) expect.fail("no member");
      counts.set(member, (counts.get(member) ?? 0) + 1);
      if (member !== all[3]) continue;
      const heir = best(all.toSpliced(3, 1), key);
      if (heir !== undefined) heirs.set(heir, (heirs.get(heir) ?? 0) + 1);
    }
    for (const count of counts.values()) expect(Math.abs(count - 2_000)).toBeLessThan(200);
    for (const [member, count] of heirs) {
      if (member !== all[3]) expect(Math.abs(count - 222)).toBeLessThan(70);
    }
  });

  it("does not depend on the isolate: only on key and addresses", () => {
    for (const key of keys(20)) expect(best(members(7), key)?.address).toBe(best(members(7), key)?.address);
  });

  it("is nowhere without members", () => {
    expect(best([], 1)).toBeUndefined();
  });
});

describe("the few places of a key", () => {
  it("are as many as asked for, begin with its own, and lose but one when a member goes", () => {
    fc.assert(
      fc.property(size, fc.integer({ min: 1, max: 8 }), fc.nat(), (n, count, which) => {
        const all = members(n);
        const left = all.toSpliced(which % n, 1);
        for (const key of keys(10)) {
          const few = bestFew(all, key, count);
          expect(few).toHaveLength(Math.min(n, count));
          if (n > count) expect(few[0]).toBe(best(all, key));
          const after = bestFew(left, key, count);
          expect(few.filter((member) => !after.includes(member)).length).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 50 },
    );
  });
});
