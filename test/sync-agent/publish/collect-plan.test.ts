import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rootKey, shardKey } from "../../../contract/index.ts";
import {
  planRoots,
  planShards,
  type ReadRoot,
  type Retention,
} from "../../../sync-agent/publish/collect-plan.ts";
import type { ListedRoot, ListedShard } from "../../../sync-agent/publish/listing.ts";

const NOW = 1_000_000;
const RETENTION: Retention = { roots: 2, superseded: 1000, grace: 500 };

const digestOf = (n: number) => String(n).padStart(64, "0");

/** A root that was made so many milliseconds ago. */
function root(generation: number, age: number | undefined): ListedRoot {
  const digest = digestOf(generation);
  const time = age === undefined ? undefined : NOW - age;
  return { key: rootKey("default", generation, digest), generation, digest, time };
}

function plan(roots: readonly ListedRoot[], read: [ListedRoot, ReadRoot][] = [], pinned: ListedRoot[] = []) {
  const { keep, remove, aging } = planRoots(
    roots,
    new Map(read.map(([{ key }, content]) => [key, content])),
    new Set(pinned.map(({ key }) => key)),
    NOW,
    RETENTION,
  );
  const generations = (some: readonly ListedRoot[]) => some.map(({ generation }) => generation);
  return { keep: generations(keep), remove: generations(remove), aging };
}

describe("of roots", () => {
  test("the newest stay, however old they are", () => {
    const roots = [root(1, 90_000), root(2, 80_000), root(3, 70_000), root(4, 60_000)];
    expect(plan(roots)).toEqual({ keep: [3, 4], remove: [1, 2], aging: false });
  });

  test("one stays until the next one is old enough", () => {
    const roots = [root(1, 90_000), root(2, 1000), root(3, 999), root(4, 10)];
    expect(plan(roots)).toEqual({ keep: [2, 3, 4], remove: [1], aging: true });
  });

  test("one that is in use stays", () => {
    const roots = [root(1, 90_000), root(2, 80_000), root(3, 70_000), root(4, 60_000)];
    expect(plan(roots, [], [root(1, 90_000)])).toEqual({ keep: [1, 3, 4], remove: [2], aging: false });
  });

  test("a root's own time goes before what its key says", () => {
    const roots = [root(1, 90_000), root(2, 90_000), root(3, 90_000), root(4, 90_000)];
    const read: [ListedRoot, ReadRoot][] = [[root(3, 0), { time: NOW - 10, shards: [] }]];
    expect(plan(roots, read)).toEqual({ keep: [2, 3, 4], remove: [1], aging: true });
  });

  test("one whose time nobody knows counts as made just now", () => {
    expect(plan([root(1, 9000), root(2, 8000), root(3, undefined), root(4, undefined)])).toEqual({
      keep: [2, 3, 4],
      remove: [1],
      aging: true,
    });
  });

  test("of two of one generation the later one ended the time of those before", () => {
    const twin = { ...root(3, 90_000), key: "twin" };
    const roots = [root(1, 90_000), root(2, 90_000), twin, root(3, 10), root(4, 5)];
    expect(plan(roots)).toEqual({ keep: [2, 3, 3, 4], remove: [1], aging: true });
  });

  test("one that does not verify is none of the newest, and goes when it is old", () => {
    const roots = [root(1, 90_000), root(2, 80_000), root(3, 70_000), root(8, 600), root(9, 400)];
    const read: [ListedRoot, ReadRoot][] = [
      [root(8, 0), "unverifiable"],
      [root(9, 0), "unverifiable"],
    ];
    expect(plan(roots, read)).toEqual({ keep: [2, 3, 9], remove: [1, 8], aging: true });
  });

  test("none goes early by a clock that was set back", () => {
    const roots = [root(1, -1000), root(2, -2000), root(3, -3000), root(4, -4000)];
    expect(plan(roots)).toMatchObject({ remove: [] });
  });
});

test("a root goes only if so many newer ones stay, and the next one is old enough", () => {
  const ages = fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 12 });
  fc.assert(
    fc.property(ages, (some) => {
      // Times grow with generations.
      const roots = some.toSorted((a, b) => b - a).map((age, i) => root(i + 1, age));
      const { keep, remove } = planRoots(roots, new Map(), new Set(), NOW, RETENTION);
      expect([...remove, ...keep]).toEqual(roots);
      for (const { generation } of remove) {
        expect(roots.length - generation).toBeGreaterThanOrEqual(RETENTION.roots);
        expect(NOW - (roots[generation]?.time ?? NOW)).toBeGreaterThanOrEqual(RETENTION.superseded);
      }
    }),
  );
});

test("of shards, those go that no kept root names and that are old enough", () => {
  const shard = (n: number, age: number | undefined): ListedShard => ({
    key: shardKey("default", digestOf(n)),
    digest: digestOf(n),
    written: age === undefined ? undefined : NOW - age,
  });
  const shards = [shard(1, 9000), shard(2, 500), shard(3, 499), shard(4, undefined), shard(5, -9000)];
  expect(planShards(shards, new Set([digestOf(1)]), NOW, RETENTION)).toEqual({
    remove: [shard(2, 500)],
    aging: true,
  });
  expect(planShards([shard(1, 9000)], new Set([digestOf(1)]), NOW, RETENTION)).toEqual({
    remove: [],
    aging: false,
  });
});
