import { describe, expect, test } from "vitest";
import type { Root, Route, Settings } from "../../../contract/index.ts";
import { rootSchema } from "../../../contract/index.ts";
import { type EncodedSections, encodeRecords } from "../../../sync-agent/publish/encode.ts";
import { type Base, type Plan, planPublication, type Target } from "../../../sync-agent/publish/plan.ts";
import { emptyRecords, recordsOf, SETTINGS } from "./support/snapshots.ts";

const TIME = 1_700_000_000_000;
const NO_FLOOR = { generation: 0, time: 0 };

function target(sections: EncodedSections, changes: Partial<Target> = {}): Target {
  return { cluster: "default", sections, settings: SETTINGS, time: TIME, ...changes };
}

/** A base where KV and edge hold this root. */
function holding(root: Root, changes: Partial<Base> = {}): Base {
  return { latest: root, stored: root, floor: { generation: root.generation, time: root.time }, ...changes };
}

function planned(plan: Plan | "unchanged"): Plan {
  if (plan === "unchanged") throw new Error("expected a plan");
  return plan;
}

const shop = await encodeRecords(recordsOf({ "a.example": "a", "b.example": "b" }));
const onlyA = await encodeRecords(recordsOf({ "a.example": "a", "b.example": "a" }));
const onlyC = await encodeRecords(recordsOf({ "c.example": "c" }));
const first = planned(
  planPublication({ latest: undefined, stored: undefined, floor: NO_FLOOR }, target(shop)),
);

describe("the first publication", () => {
  test("is generation 1 with the shards of all sections", () => {
    expect(first.root).toMatchObject({ cluster: "default", generation: 1, time: TIME, settings: SETTINGS });
    expect(rootSchema.parse(first.root)).toEqual(first.root);
    expect(first.shards.map(({ section }) => section)).toEqual([
      "addresses",
      "certificates",
      "hosts",
      "services",
      "zones",
    ]);
  });

  test("of an empty cluster is a snapshot as well", async () => {
    const empty = target(await encodeRecords(emptyRecords()));
    const { root, shards } = planned(
      planPublication({ latest: undefined, stored: undefined, floor: NO_FLOOR }, empty),
    );
    expect(root.sections.hosts.records).toBe(0);
    expect(shards).toHaveLength(5);
  });
});

describe("what changed", () => {
  const settings: Settings = { dns: { ...SETTINGS.dns, servers: [] } };
  const grown = { ...shop.hosts, records: shop.hosts.records + 1 };
  test.each<[string, Target, Plan["shards"][number]["section"][] | "unchanged"]>([
    ["nothing", target(shop), "unchanged"],
    ["nothing but the time", target(shop, { time: TIME + 1 }), "unchanged"],
    ["the settings alone: no shard", target(shop, { settings }), []],
    ["a record count alone: no shard", target({ ...shop, hosts: grown }), []],
    ["one record: its shard", target(onlyA), ["hosts", "services"]],
  ])("%s", (_name, next, expected) => {
    const plan = planPublication(holding(first.root), next);
    if (plan === "unchanged") expect(plan).toBe(expected);
    else {
      expect(plan.shards.map(({ section }) => section)).toEqual(expected);
      expect(plan.root.generation).toBe(2);
    }
  });

  test("a shard that several indices share is written once", async () => {
    const records = emptyRecords();
    // One huge record grows the section to many shards, all but one of which are empty.
    const routes = Array.from({ length: 4000 }, (_, i): Route => {
      const match = { path: { type: "Exact", value: `/${i}` } } as const;
      return { ingress: "shop/web", match, backends: [] };
    });
    records.hosts.set("huge.example", { routes });
    const sections = await encodeRecords(records);
    expect(sections.hosts.shards.length).toBeGreaterThan(2);
    const { shards } = planned(planPublication(holding(first.root), target(sections)));
    expect(shards.filter(({ section }) => section === "hosts")).toHaveLength(2);
  });
});

describe("generation and time", () => {
  test.each<[string, Base, number, { generation: number; time: number }]>([
    ["follow the newest root", holding(first.root), TIME + 5, { generation: 2, time: TIME + 5 }],
    ["do not go back with the clock", holding(first.root), TIME - 5, { generation: 2, time: TIME }],
    [
      "exceed a generation that is taken but cannot be read",
      holding(first.root, { floor: { generation: 41, time: TIME + 9 } }),
      TIME,
      { generation: 42, time: TIME + 9 },
    ],
    [
      "exceed it without any root too",
      { latest: undefined, stored: undefined, floor: { generation: 41, time: 0 } },
      TIME,
      { generation: 42, time: TIME },
    ],
  ])("%s", (_name, base, time, expected) => {
    expect(planned(planPublication(base, target(onlyC, { time }))).root).toMatchObject(expected);
  });
});

describe("when KV does not hold the newest root", () => {
  const newest: Root = { ...first.root, generation: 7 };

  test("the root stays and the shards that KV lacks are written", () => {
    const plan = planned(planPublication(holding(newest, { stored: undefined }), target(shop)));
    expect(plan.root).toBe(newest);
    expect(plan.shards).toHaveLength(5);
  });

  test("shards of KV's older root are not written again", () => {
    const plan = planned(planPublication(holding(newest, { stored: first.root }), target(shop)));
    expect(plan).toEqual({ root: newest, shards: [] });
  });

  test("an unchanged root below a taken generation is replaced", () => {
    const plan = planned(
      planPublication(holding(newest, { floor: { generation: 9, time: 0 } }), target(shop)),
    );
    expect(plan.root.generation).toBe(10);
    expect(plan.shards).toEqual([]);
  });
});
