/** When a publisher collects, and what it does with what it finds out. What goes is told in collect.test.ts. */
import { beforeEach, describe, expect, test } from "vitest";
import { headKey, shardKey } from "../../../contract/index.ts";
import { COLLECT_IDLE_MS, COLLECT_SPACING_MS } from "../../../sync-agent/publish/collect-schedule.ts";
import { PublishError } from "../../../sync-agent/publish/error.ts";
import {
  createPublisher,
  type Publisher,
  type PublisherOptions,
} from "../../../sync-agent/publish/publisher.ts";
import { createFakeEdge, type FakeEdge, HEAD_URL } from "./support/fake-edge.ts";
import { createFakeKv, type FakeKv } from "./support/fake-kv.ts";
import { createFakeLog, type FakeLog } from "./support/fake-log.ts";
import { newKeys } from "./support/keys.ts";
import { readSnapshot } from "./support/reader.ts";
import { recordsOf, SETTINGS } from "./support/snapshots.ts";

const CLUSTER = "default";
const keys = await newKeys();

let kv: FakeKv;
let edge: FakeEdge;
let log: FakeLog;
let time: number;
let told: unknown[][];
let publisher: Publisher;

beforeEach(() => {
  kv = createFakeKv();
  edge = createFakeEdge(keys.verifier);
  log = createFakeLog();
  time = 1_700_000_000_000;
  told = [];
  publisher = start();
});

function start(options: Partial<PublisherOptions> = {}): Publisher {
  return createPublisher({
    cluster: CLUSTER,
    kv,
    ...keys,
    headUrl: HEAD_URL,
    headFetch: edge.fetch,
    log,
    now: () => time,
    retention: { roots: 2, superseded: 1000, grace: 1000 },
    observer: {
      published: (...what) => void told.push(["published", ...what]),
      collected: (...what) => void told.push(["collected", ...what]),
    },
    ...options,
  });
}

async function publish(count: number, by = publisher): Promise<void> {
  for (let i = 0; i < count; i++) {
    time += 2000;
    await by.publish({ records: recordsOf({ "a.example": `v${time}` }), settings: SETTINGS });
  }
}

const generations = () =>
  [...kv.store.keys()].flatMap((key) => /\/root\/0*(\d+)-/.exec(key)?.[1] ?? []).map(Number);

test("it collects after the first publication, then now and then, and tells how much", async () => {
  await publish(1);
  expect(await publisher.collect()).toEqual({ roots: 0, shards: 0, more: false });
  await publish(9);
  expect(await publisher.collect()).toBeUndefined();
  time += COLLECT_SPACING_MS;
  expect(await publisher.collect()).toBeUndefined();
  await publish(1);
  expect(await publisher.collect()).toMatchObject({ roots: 9, more: false });
  expect(generations()).toEqual([10, 11]);
  expect(told.filter(([what]) => what === "collected")).toEqual([
    ["collected", 0, 0],
    ["collected", 9, 18],
  ]);
  expect(told.filter(([what]) => what === "published")).toHaveLength(11);
  expect(told[0]).toEqual(["published", 0, 7, expect.any(Number)]);
});

test("it asks KV for nothing when nothing is due, or nothing is known", async () => {
  await publisher.collect();
  await publish(1);
  await publisher.collect();
  const lists = kv.lists.length;
  await publish(1);
  await publisher.collect();
  publisher.forget();
  time += COLLECT_IDLE_MS;
  await publisher.collect();
  expect(kv.lists).toHaveLength(lists);
});

test("what was too young is looked at again later, without a change", async () => {
  publisher = start({ retention: { roots: 1, superseded: 1000, grace: 1000 } });
  await publish(3);
  time += 500;
  expect(await publisher.collect()).toMatchObject({ more: true });
  time += COLLECT_IDLE_MS;
  expect(await publisher.collect()).toMatchObject({ more: false });
  time += COLLECT_IDLE_MS;
  expect(await publisher.collect()).toBeUndefined();
});

test("it begins no deletion while a publication is under way", async () => {
  await publish(3);
  const blocked = Promise.withResolvers<undefined>();
  const put = kv.put.bind(kv);
  kv.put = async (pairs) => {
    await blocked.promise;
    await put(pairs);
  };
  const publishing = publish(1);
  const collecting = publisher.collect();
  expect(kv.lists).toEqual([]);
  blocked.resolve(undefined);
  await Promise.all([publishing, collecting]);
  expect(generations()).toEqual([3, 4]);
});

test("a root that the edge still has stays, although KV's head is far ahead", async () => {
  await publish(1);
  edge.down = () => true;
  for (let i = 0; i < 4; i++) await expect(publish(1)).rejects.toMatchObject({ reason: "unavailable" });
  await publisher.collect();
  expect(generations()).toEqual([1, 4, 5]);
});

describe("a collection that goes wrong", () => {
  test("is logged, and tried again when it is due again", async () => {
    await publish(3);
    kv.fault = (operation) => (operation.startsWith("list") ? { written: 0 } : undefined);
    expect(await publisher.collect()).toBeUndefined();
    expect(log.lines.at(-1)).toBe("warn could not clear KV: list: outage; wait");
    kv.fault = () => undefined;
    expect(await publisher.collect()).toBeUndefined();
    time += COLLECT_IDLE_MS;
    expect(await publisher.collect()).toMatchObject({ roots: 1 });
  });

  test("because the API is at its limit holds back publishing too", async () => {
    await publish(3);
    kv.fault = (operation) => {
      if (!operation.startsWith("list")) return undefined;
      const failure = { operation, reason: "limited", problem: "429", remedy: "wait" } as const;
      throw new PublishError({ ...failure, retryAfter: 42_000 });
    };
    await publisher.collect();
    const outcome = await publisher.publish({ records: recordsOf({}), settings: SETTINGS });
    expect(outcome).toEqual({ postponed: "blocked", again: 42_000 });
  });

  test("because the term has ended is no news", async () => {
    await publish(3);
    const lines = log.lines.length;
    expect(await publisher.collect(AbortSignal.abort())).toBeUndefined();
    expect(log.lines).toHaveLength(lines);
    expect(kv.deletes).toEqual([]);
  });
});

test("another writer that it meets is read before the next publication", async () => {
  await publish(3);
  await publish(1, start({ log: createFakeLog() }));
  expect(await publisher.collect()).toBeUndefined();
  expect(publisher.generation()).toBeUndefined();
  await publish(1);
  expect(publisher.generation()).toBe(5);
});

test("a shard that KV lost is written again by the next publication, though nothing has changed", async () => {
  const snapshot = { records: recordsOf({ "a.example": "a" }), settings: SETTINGS };
  await publisher.publish(snapshot);
  const { root } = (await readSnapshot(kv.store, CLUSTER, keys.verifier)) ?? {};
  kv.store.delete(shardKey(CLUSTER, root?.sections.hosts.shards[0] ?? ""));
  const head = kv.store.get(headKey(CLUSTER));
  await publisher.collect();
  expect(log.lines.at(-1)).toMatch(
    /^error KV lacks default\/shard\/.* the next publication writes every shard anew$/,
  );
  expect(await publisher.publish(snapshot)).toEqual({ generation: 1, written: 7 });
  expect((await readSnapshot(kv.store, CLUSTER, keys.verifier))?.records).toEqual(snapshot.records);
  expect(kv.store.get(headKey(CLUSTER))).toBe(head);
  expect(await publisher.publish(snapshot)).toBe("unchanged");
});
