import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batches } from "../../../sync-agent/publish/kv-batches.ts";

const pair = (key: string, value = "v") => ({ key, value });

describe("batches", () => {
  test.each([
    ["nothing", [], { pairs: 2, bytes: 1000 }, []],
    ["by count", ["a", "b", "c"], { pairs: 2, bytes: 1000 }, [["a", "b"], ["c"]]],
    // {"key":"a","value":"v"} has 23 bytes, and a comma or a bracket.
    ["by bytes", ["a", "b", "c"], { pairs: 10, bytes: 50 }, [["a", "b"], ["c"]]],
  ])("%s", (_name, keys, limits, expected) => {
    const cut = batches(
      keys.map((key) => pair(key)),
      limits,
    );
    expect(cut.map((batch) => batch.map(({ key }) => key))).toEqual(expected);
  });

  test("the body of a batch never exceeds the limits, and no pair is lost or moved", () => {
    const arbitrary = fc.array(
      fc.record({ key: fc.string({ maxLength: 8 }), value: fc.string({ unit: "binary", maxLength: 40 }) }),
    );
    fc.assert(
      fc.property(
        arbitrary,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 600, max: 900 }),
        (pairs, count, bytes) => {
          const cut = batches(pairs, { pairs: count, bytes });
          expect(cut.flat()).toEqual(pairs);
          for (const batch of cut) {
            expect(batch.length).toBeLessThanOrEqual(count);
            expect(Buffer.byteLength(JSON.stringify(batch))).toBeLessThanOrEqual(bytes);
          }
        },
      ),
    );
  });

  test("a value over 25 MiB is refused by its key", () => {
    const value = "x".repeat(25 * 1024 * 1024 + 1);
    expect(() => batches([pair("default/shard/ab", value)])).toThrow(
      expect.objectContaining({
        name: "PublishError",
        reason: "value",
        operation: "write default/shard/ab to KV",
      }),
    );
  });
});
