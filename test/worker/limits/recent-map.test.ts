import fc from "fast-check";
import { expect, it } from "vitest";
import { RecentMap } from "../../../worker/limits/recent-map.ts";

it("holds what it is given", () => {
  const map = new RecentMap<number>(2);
  map.set("a", 1);
  map.set("a", 2);
  expect(map.get("a")).toBe(2);
  expect(map.get("b")).toBeUndefined();
});

it("forgets what was longest out of use, and no key of the last few", () => {
  const uses = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 300 });
  fc.assert(
    fc.property(uses, fc.integer({ min: 1, max: 10 }), (keys, most) => {
      const map = new RecentMap<number>(most);
      for (const key of keys) if (map.get(String(key)) === undefined) map.set(String(key), key);
      const recent = Array.from(new Set(keys.toReversed()));
      const held = recent.filter((key) => map.get(String(key)) === key);
      expect(held.length).toBeLessThanOrEqual(2 * most);
      expect(held.slice(0, most)).toEqual(recent.slice(0, most));
    }),
  );
});
