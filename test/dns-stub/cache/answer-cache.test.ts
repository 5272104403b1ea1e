import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AnswerCache, type CacheOptions } from "../../../dns-stub/cache/answer-cache.ts";

function cacheAt(options: Partial<CacheOptions> = {}) {
  const clock = { ms: 1_000_000 };
  const cache = new AnswerCache({
    maxEntries: 3,
    maxOctets: 10_000,
    staleSeconds: 100,
    now: () => clock.ms,
    ...options,
  });
  return { cache, clock };
}
const octets = (length: number) => new Uint8Array(length);

describe("an entry", () => {
  it.each([
    ["at once", 0, { age: 0, isFresh: true }],
    ["a moment before its end", 9_999, { age: 9, isFresh: true }],
    ["at its end", 10_000, { age: 10, isFresh: false }],
    ["long after", 109_999, { age: 109, isFresh: false }],
    ["too long after", 110_000, undefined],
    ["when the clock was set back", -5_000, { age: 10, isFresh: false }],
  ])("%s", (_, ms, expected) => {
    const { cache, clock } = cacheAt();
    cache.put("a", octets(5), 10, 0);
    clock.ms += ms;
    const kept = cache.get("a");
    expect(kept && { age: kept.age, isFresh: kept.isFresh }).toEqual(expected);
  });

  it("that was on its way counts that time", () => {
    const { cache, clock } = cacheAt();
    cache.put("a", octets(5), 10, 4);
    clock.ms += 5_000;
    expect(cache.get("a")).toMatchObject({ age: 9, isFresh: true });
    clock.ms += 1_000;
    expect(cache.get("a")).toMatchObject({ isFresh: false });
  });

  it("that may not be kept takes the place of the one before", () => {
    const { cache } = cacheAt();
    cache.put("a", octets(5), 10, 0);
    cache.put("a", octets(5), 0, 0);
    expect(cache.get("a")).toBeUndefined();
    expect(cache.octets).toBe(0);
  });
});

describe("when there are too many", () => {
  it("the one that was not used for longest goes", () => {
    const { cache } = cacheAt();
    for (const key of ["a", "b", "c"]) cache.put(key, octets(1), 10, 0);
    cache.get("a");
    cache.put("d", octets(1), 10, 0);
    expect(["a", "b", "c", "d"].filter((key) => cache.get(key) !== undefined)).toEqual(["a", "c", "d"]);
  });

  it("large ones take the place of several, and too large ones are not kept", () => {
    const { cache } = cacheAt();
    for (const key of ["a", "b", "c"]) cache.put(key, octets(3_000), 10, 0);
    cache.put("d", octets(6_000), 10, 0);
    expect(["a", "b", "c", "d"].filter((key) => cache.get(key) !== undefined)).toEqual(["c", "d"]);
    cache.put("e", octets(20_000), 10, 0);
    expect(cache.get("e")).toBeUndefined();
  });

  it("nothing is kept with no entries allowed", () => {
    const { cache } = cacheAt({ maxEntries: 0 });
    cache.put("a", octets(5), 10, 0);
    expect(cache.size).toBe(0);
  });

  it("neither bound is ever exceeded, and what is left takes what it takes", () => {
    const put = fc.record({
      key: fc.nat(8).map(String),
      length: fc.nat(4_000),
      lifetime: fc.nat(3),
      ms: fc.nat(2_000),
    });
    fc.assert(
      fc.property(fc.array(put, { maxLength: 40 }), (puts) => {
        const { cache, clock } = cacheAt({ staleSeconds: 1 });
        for (const { key, length, lifetime, ms } of puts) {
          cache.put(key, octets(length), lifetime, 0);
          clock.ms += ms;
          cache.get(String(ms % 8));
          expect(cache.size).toBeLessThanOrEqual(3);
          expect(cache.octets).toBeLessThanOrEqual(10_000);
        }
        for (let key = 0; key <= 8; key++) cache.delete(String(key));
        expect([cache.size, cache.octets]).toEqual([0, 0]);
      }),
    );
  });
});
