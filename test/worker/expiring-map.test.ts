import { expect, it } from "vitest";
import { ExpiringMap } from "../../worker/expiring-map.ts";

it("holds a value until its time is over", () => {
  const map = new ExpiringMap<string>(2);
  map.set("a", "x", 100);
  expect(map.get("a", 99)).toBe("x");
  expect(map.get("a", 100)).toBeUndefined();
  expect(map.size).toBe(0);
});

it("lets the one go that was used least recently", () => {
  const map = new ExpiringMap<number>(2);
  map.set("a", 1, 100);
  map.set("b", 2, 100);
  map.get("a", 0);
  map.set("c", 3, 100);
  expect(["a", "b", "c"].map((key) => map.get(key, 0))).toEqual([1, undefined, 3]);
});

it("has one value a key", () => {
  const map = new ExpiringMap<number>(2);
  map.set("a", 1, 100);
  map.set("a", 2, 200);
  expect([map.get("a", 150), map.size]).toEqual([2, 1]);
});
