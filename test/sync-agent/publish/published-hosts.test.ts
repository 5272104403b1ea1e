import { beforeEach, describe, expect, test } from "vitest";
import { shardKey } from "../../../contract/index.ts";
import { KV_STALE_MS } from "../../../sync-agent/publish/overtaken.ts";
import { createPublisher, type Publishable, type Publisher } from "../../../sync-agent/publish/publisher.ts";
import { createFakeKv, type FakeKv } from "./support/fake-kv.ts";
import { createFakeLog } from "./support/fake-log.ts";
import { newKeys } from "./support/keys.ts";
import { readSnapshot } from "./support/reader.ts";
import { recordsOf, SETTINGS } from "./support/snapshots.ts";

const CLUSTER = "default";
const keys = await newKeys();
const others = await newKeys();
/** Enough for several shards. */
const MANY: Publishable = {
  records: recordsOf(Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`h${i}.example`, "a"]))),
  settings: SETTINGS,
};

let kv: FakeKv;
let time: number;

function start(signing = keys): Publisher {
  return createPublisher({ cluster: CLUSTER, kv, ...signing, log: createFakeLog(), now: () => time });
}

async function hostShards(): Promise<readonly string[]> {
  const snapshot = await readSnapshot(kv.store, CLUSTER, keys.verifier);
  return snapshot?.root.sections.hosts.shards ?? [];
}

beforeEach(() => {
  kv = createFakeKv();
  time = 1_700_000_000_000;
});

test("are all that KV holds, and the publication behind reads nothing once more", async () => {
  await start().publish(MANY);
  expect((await hostShards()).length).toBeGreaterThan(1);
  const publisher = start();
  expect(await publisher.publishedHosts()).toEqual(MANY.records.hosts);
  const reads = kv.reads.length;
  expect(await publisher.publish(MANY)).toBe("unchanged");
  expect(kv.reads).toHaveLength(reads);
});

test.each<[string, () => Promise<unknown>]>([
  ["nothing is published", async () => {}],
  ["another key has signed it", () => start(others).publish(MANY)],
])("are none where %s", async (_, before) => {
  await before();
  expect(await start().publishedHosts()).toEqual(new Map());
});

describe("a shard that is not what it should be", () => {
  test.each<[string, (key: string) => void]>([
    ["missing", (key) => kv.store.delete(key)],
    ["damaged", (key) => kv.store.set(key, `${kv.store.get(key)} `)],
  ])("and %s: is waited for, left out after two minutes, and written anew", async (_, spoil) => {
    await start().publish(MANY);
    const [digest = ""] = await hostShards();
    spoil(shardKey(CLUSTER, digest));
    const publisher = start();
    await expect(publisher.publishedHosts()).rejects.toMatchObject({ reason: "incomplete" });
    time += KV_STALE_MS - 1;
    await expect(publisher.publishedHosts()).rejects.toMatchObject({ reason: "incomplete" });
    time += 1;
    const hosts = await publisher.publishedHosts();
    expect(hosts).toBeInstanceOf(Map);
    if (!(hosts instanceof Map)) return;
    expect(hosts.size).toBeGreaterThan(0);
    expect(hosts.size).toBeLessThan(MANY.records.hosts.size);
    await publisher.publish(MANY);
    expect((await readSnapshot(kv.store, CLUSTER, keys.verifier))?.records).toEqual(MANY.records);
  });

  test("may come late", async () => {
    await start().publish(MANY);
    const [digest = ""] = await hostShards();
    const key = shardKey(CLUSTER, digest);
    const text = kv.store.get(key) ?? "";
    kv.store.delete(key);
    const publisher = start();
    await expect(publisher.publishedHosts()).rejects.toMatchObject({ reason: "incomplete" });
    kv.store.set(key, text);
    expect(await publisher.publishedHosts()).toEqual(MANY.records.hosts);
    // Another loss, much later, is waited for as well.
    kv.store.delete(key);
    time += KV_STALE_MS;
    await expect(publisher.publishedHosts()).rejects.toMatchObject({ reason: "incomplete" });
  });
});
