import { beforeEach, describe, expect, test } from "vitest";
import {
  encodeRoot,
  headKey,
  type Root,
  rootKey,
  sha256,
  shardKey,
  type Signer,
} from "../../../contract/index.ts";
import { type Collector, createCollector, type InUse } from "../../../sync-agent/publish/collect.ts";
import { inUse } from "../../../sync-agent/publish/in-use.ts";
import { readCurrent } from "../../../sync-agent/publish/current.ts";
import { createPublisher } from "../../../sync-agent/publish/publisher.ts";
import { createFakeKv, type FakeKv } from "./support/fake-kv.ts";
import { createFakeLog, type FakeLog } from "./support/fake-log.ts";
import { newKeys } from "./support/keys.ts";
import { readSnapshot } from "./support/reader.ts";
import { recordsOf, SETTINGS } from "./support/snapshots.ts";

const CLUSTER = "default";
const RETENTION = { roots: 2, superseded: 1000, grace: 1000 };
const keys = await newKeys();
const others = await newKeys();

let kv: FakeKv;
let log: FakeLog;
let time: number;
let collector: Collector;

beforeEach(() => {
  kv = createFakeKv();
  log = createFakeLog();
  time = 1_700_000_000_000;
  collector = newCollector();
});

function newCollector(budget = {}): Collector {
  return createCollector({
    cluster: CLUSTER,
    kv,
    ...keys,
    log,
    now: () => time,
    retention: RETENTION,
    budget,
  });
}

/** Generations 1 to `count`, each with a shard or two of its own, a minute apart. */
async function publish(count: number): Promise<void> {
  const publisher = createPublisher({ cluster: CLUSTER, kv, ...keys, log, now: () => time });
  for (let i = 1; i <= count; i++) {
    time += 60_000;
    await publisher.publish({ records: recordsOf({ "a.example": `v${i}` }), settings: SETTINGS });
  }
  time += 60_000;
}

async function present(): Promise<InUse> {
  const place = { cluster: CLUSTER, kv, edge: undefined, verifier: keys.verifier, log };
  const { latest, stored, head, edge } = await readCurrent(place);
  if (stored === undefined) throw new Error("expected a root in KV");
  return inUse({ latest, stored, edge, head: { text: head, time } }, stored, keys.verifier);
}

async function collect(signal?: AbortSignal) {
  return collector.collect(await present(), signal);
}

const generations = () =>
  [...kv.store.keys()].flatMap((key) => /\/root\/0*(\d+)-/.exec(key)?.[1] ?? []).map(Number);
const shards = () => [...kv.store.keys()].filter((key) => key.includes("/shard/")).length;

/** Writes a root that no agent of ours made. */
async function plant(root: Root, signer: Signer): Promise<string> {
  const text = await encodeRoot(root, signer);
  const key = rootKey(CLUSTER, root.generation, await sha256(text));
  kv.store.set(key, text);
  kv.metadata.set(key, { generation: root.generation, time: root.time });
  return key;
}

async function currentRoot(): Promise<Root> {
  const { root } = (await readSnapshot(kv.store, CLUSTER, keys.verifier)) ?? {};
  if (root === undefined) throw new Error("expected a root");
  return root;
}

test("old roots go, and the shards that only they named", async () => {
  await publish(5);
  // 5 shards of the first generation, and one of hosts and one of services with each other.
  expect(shards()).toBe(5 + 4 * 2);
  expect(await collect()).toEqual({ roots: 3, shards: 6, more: false });
  expect(generations()).toEqual([4, 5]);
  expect(shards()).toBe(5 + 2);
  await readSnapshot(kv.store, CLUSTER, keys.verifier);
});

test("roots go before shards, so that none ever names one that is gone", async () => {
  await publish(5);
  await collect();
  const firstShard = kv.deletes.findIndex((key) => key.includes("/shard/"));
  expect(kv.deletes.slice(firstShard).some((key) => key.includes("/root/"))).toBe(false);
});

test("another cluster's keys, and the head, are left alone", async () => {
  const theirs = [`other/root/${"0".repeat(12)}-${"a".repeat(64)}`, `other/shard/${"b".repeat(64)}`];
  for (const key of theirs) kv.store.set(key, "x");
  kv.store.set("default/shard/not-a-digest", "x");
  await publish(5);
  await collect();
  for (const key of [...theirs, "default/shard/not-a-digest", headKey(CLUSTER)]) {
    expect(kv.store.has(key)).toBe(true);
  }
});

describe("what a publication that is under way has written", () => {
  test("stays while it is young", async () => {
    await publish(1);
    const key = shardKey(CLUSTER, "a".repeat(64));
    kv.store.set(key, "half a publication");
    kv.metadata.set(key, { written: time - 999 });
    expect(await collect()).toMatchObject({ shards: 0, more: true });
    time += 1;
    expect(await collect()).toMatchObject({ shards: 1, more: false });
    expect(kv.store.has(key)).toBe(false);
  });

  test("counts by its last writing", async () => {
    await publish(5);
    // The content of generation 1 comes back, and is not yet named by a root.
    const old = [...kv.store.keys()].filter((key) => key.includes("/shard/"));
    for (const key of old) kv.metadata.set(key, { written: time });
    expect(await collect()).toEqual({ roots: 3, shards: 0, more: true });
  });
});

describe("roots that have to be read", () => {
  test("are read once", async () => {
    await publish(5);
    await collect();
    const read = kv.reads.filter((key) => key.includes("/root/")).length;
    // The one of generation 4, beside what looking for the present one takes.
    expect(read).toBe(2);
    await collect();
    expect(kv.reads.filter((key) => key.includes("/root/"))).toHaveLength(read + 1);
  });

  test("are not read beyond the budget; meanwhile no shard goes", async () => {
    await publish(5);
    collector = newCollector({ reads: 0 });
    expect(await collect()).toEqual({ roots: 3, shards: 0, more: true });
    expect(shards()).toBe(13);
  });

  test("and that KV lacks keep every shard", async () => {
    await publish(5);
    const get = kv.get.bind(kv);
    kv.get = async (key) => (key.includes("/root/000000000004-") ? undefined : get(key));
    expect(await collect()).toEqual({ roots: 3, shards: 0, more: true });
  });

  test("and that cannot be read end the collection", async () => {
    await publish(5);
    const current = await present();
    kv.fault = (operation) => (operation.startsWith("get default/root/") ? { written: 0 } : undefined);
    await expect(collector.collect(current)).rejects.toMatchObject({ reason: "unavailable" });
    expect(kv.deletes).toEqual([]);
  });
});

describe("a root that does not verify", () => {
  test.each<[string, () => Promise<string>]>([
    [
      "is signed by another key",
      async () => plant({ ...(await currentRoot()), generation: 9 }, others.signer),
    ],
    [
      "is of another cluster",
      async () => plant({ ...(await currentRoot()), cluster: "other", generation: 9 }, keys.signer),
    ],
    [
      "is not what its key names",
      async () => {
        const key = await plant({ ...(await currentRoot()), generation: 9 }, keys.signer);
        kv.store.set(key, `${kv.store.get(key)} `);
        return key;
      },
    ],
  ])("because it %s takes no place, keeps no shard, and goes when it is old", async (_name, make) => {
    await publish(3);
    const key = await make();
    kv.metadata.set(key, { time: time - 999 });
    expect(await collect()).toMatchObject({ roots: 1, more: true });
    expect(generations().toSorted((a, b) => a - b)).toEqual([2, 3, 9]);
    expect(log.lines).toContainEqual(expect.stringContaining("names nothing that counts"));
    time += 1;
    await collect();
    expect(kv.store.has(key)).toBe(false);
  });
});

describe("a collection deletes nothing more", () => {
  test("when another writer has moved the head", async () => {
    await publish(5);
    const before = await present();
    await createPublisher({ cluster: CLUSTER, kv, ...keys, log, now: () => time }).publish({
      records: recordsOf({ "b.example": "b" }),
      settings: SETTINGS,
    });
    expect(await collector.collect(before)).toBe("overtaken");
    expect(kv.deletes).toEqual([]);
  });

  test("when one does so while the roots go", async () => {
    await publish(5);
    const rival = createPublisher({ cluster: CLUSTER, kv, ...keys, log, now: () => time });
    const remove = kv.delete.bind(kv);
    kv.delete = async (gone) => {
      await remove(gone);
      await rival.publish({ records: recordsOf({ "b.example": "b" }), settings: SETTINGS });
    };
    expect(await collect()).toBe("overtaken");
    expect(kv.deletes.some((key) => key.includes("/shard/"))).toBe(false);
  });

  test.each(["list default/root/", "list default/shard/"])("once its term has ended: at %s", async (step) => {
    await publish(5);
    const abort = new AbortController();
    const current = await present();
    kv.fault = (operation) => {
      if (operation === step) abort.abort();
      return undefined;
    };
    await expect(collector.collect(current, abort.signal)).rejects.toMatchObject({ reason: "stopped" });
    expect(kv.deletes.some((key) => key.includes("/shard/"))).toBe(false);
    expect(kv.deletes.length).toBe(step.includes("root") ? 0 : 3);
  });
});

test("a shard that the current root names and KV lacks is found out, and nothing more is deleted", async () => {
  await publish(5);
  const { sections } = await currentRoot();
  kv.store.delete(shardKey(CLUSTER, sections.zones.shards[0] ?? ""));
  expect(await collect()).toBe("damaged");
  expect(kv.deletes.some((key) => key.includes("/shard/"))).toBe(false);
});

test("a listing that is behind hides neither the current root nor what was just published", async () => {
  await publish(3);
  const behind = new Set(kv.store.keys());
  const publisher = createPublisher({
    cluster: CLUSTER,
    kv,
    ...keys,
    log,
    now: () => time,
    retention: RETENTION,
  });
  // Two publications, the first of which leads the collector on to shards that nothing else names.
  await publisher.publish({ records: recordsOf({ "a.example": "v4" }), settings: SETTINGS });
  await publisher.publish({ records: recordsOf({ "a.example": "v5" }), settings: SETTINGS });
  const list = kv.list.bind(kv);
  kv.list = async function* (prefix, signal) {
    for await (const listed of list(prefix, signal)) if (behind.has(listed.key)) yield listed;
  };
  await publisher.collect();
  const kept = generations().toSorted((a, b) => a - b);
  expect(kept).toEqual([3, 4, 5]);
  await readSnapshot(kv.store, CLUSTER, keys.verifier);
});
