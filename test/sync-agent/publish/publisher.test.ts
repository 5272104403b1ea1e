import { beforeEach, describe, expect, test } from "vitest";
import { encodeHead, encodeRoot, headKey, headOf, rootKey } from "../../../contract/index.ts";
import { KV_STALE_MS } from "../../../sync-agent/publish/overtaken.ts";
import {
  createPublisher,
  type Publishable,
  type PublisherOptions,
} from "../../../sync-agent/publish/publisher.ts";
import { createFakeEdge, type FakeEdge, HEAD_URL } from "./support/fake-edge.ts";
import { createFakeKv, type FakeKv } from "./support/fake-kv.ts";
import { createFakeLog, type FakeLog } from "./support/fake-log.ts";
import { newKeys } from "./support/keys.ts";
import { readSnapshot } from "./support/reader.ts";
import { recordsOf, SETTINGS } from "./support/snapshots.ts";

const CLUSTER = "default";
const HEAD = headKey(CLUSTER);
const keys = await newKeys();
const others = await newKeys();

let kv: FakeKv;
let edge: FakeEdge;
let log: FakeLog;
let time: number;

beforeEach(() => {
  kv = createFakeKv();
  edge = createFakeEdge(keys.verifier);
  log = createFakeLog();
  time = 1_700_000_000_000;
});

function start(options: Partial<PublisherOptions> = {}) {
  return createPublisher({
    cluster: CLUSTER,
    kv,
    ...keys,
    headUrl: HEAD_URL,
    headFetch: edge.fetch,
    log,
    now: () => time,
    ...options,
  });
}

function serving(hosts: Record<string, string>): Publishable {
  return { records: recordsOf(hosts), settings: SETTINGS };
}

const A = serving({ "a.example": "a" });
const B = serving({ "a.example": "b" });
const C = serving({ "a.example": "c" });

async function expectPublished(snapshot: Publishable, generation: number, verifier = keys.verifier) {
  const read = await readSnapshot(kv.store, CLUSTER, verifier);
  expect(read?.records).toEqual(snapshot.records);
  expect(read?.root.generation).toBe(generation);
}

/** What another agent, with the same keys, writes. */
async function publishElsewhere(snapshot: Publishable): Promise<void> {
  const { fault } = kv;
  kv.fault = () => undefined;
  await start({ headUrl: undefined, log: createFakeLog() }).publish(snapshot);
  kv.fault = fault;
}

describe("a change", () => {
  test("is written as shards, root, head, and put to the edge", async () => {
    expect(await start().publish(A)).toEqual({ generation: 1, written: 7 });
    const { root } = (await readSnapshot(kv.store, CLUSTER, keys.verifier)) ?? {};
    expect(kv.writes.map(({ key }) => key.replace(/[0-9a-f]{64}/, "…"))).toEqual([
      ...Array<string>(5).fill("default/shard/…"),
      "default/root/000000000001-…",
      "default/head",
    ]);
    expect(kv.writes[5]?.metadata).toEqual({ generation: 1, time: root?.time });
    expect(edge.root).toEqual(root);
    await expectPublished(A, 1);
  });

  test("reads the head alone once the publisher knows what is there", async () => {
    const publisher = start();
    await publisher.publish(A);
    kv.reads.length = 0;
    edge.requests.length = 0;
    expect(await publisher.publish(B)).toEqual({ generation: 2, written: 4 });
    expect(kv.reads).toEqual([HEAD]);
    expect(edge.requests).toEqual(["PUT"]);
    expect(publisher.generation()).toBe(2);
  });

  test("takes two requests to write, the head's being the second", async () => {
    const publisher = start();
    await publisher.publish(A);
    const puts: number[] = [];
    kv.fault = (operation, pairs) => {
      if (operation.startsWith("put")) puts.push(pairs.length);
      return undefined;
    };
    await publisher.publish(B);
    expect(puts).toEqual([3, 1]);
  });

  test("without a head URL goes to KV alone", async () => {
    expect(await start({ headUrl: undefined }).publish(A)).toEqual({ generation: 1, written: 7 });
    expect(edge.requests).toEqual([]);
  });
});

describe("an unchanged snapshot", () => {
  test("neither reads nor writes anything", async () => {
    const publisher = start();
    await publisher.publish(A);
    kv.reads.length = 0;
    edge.requests.length = 0;
    expect(await publisher.publish({ ...A, records: recordsOf({ "a.example": "a" }) })).toBe("unchanged");
    expect([kv.reads, kv.writes.length, edge.requests]).toEqual([[], 7, []]);
  });

  test("is looked at again after a long time, and repaired if it is gone", async () => {
    const publisher = start();
    await publisher.publish(A);
    time += 3_600_000;
    expect(await publisher.publish(A)).toBe("unchanged");
    kv.store.clear();
    time += 3_600_000;
    expect(await publisher.publish(A)).toEqual({ generation: 1, written: 7 });
    await expectPublished(A, 1);
  });

  test("writes nothing after a restart", async () => {
    await start().publish(A);
    const publisher = start();
    expect(await publisher.publish(A)).toBe("unchanged");
    expect(kv.writes).toHaveLength(7);
    expect(edge.requests).toEqual(["GET", "PUT", "GET"]);
    expect(publisher.generation()).toBe(1);
  });

  test("is told to an edge that lacks it, without a write to KV", async () => {
    await start({ headUrl: undefined }).publish(A);
    expect(await start().publish(A)).toEqual({ generation: 1, written: 0 });
    expect(edge.root?.generation).toBe(1);
    expect(kv.writes).toHaveLength(7);
  });

  test("is written again, as it was, to a KV that lost it", async () => {
    await start().publish(A);
    const { text } = edge;
    kv.store.clear();
    expect(await start().publish(A)).toEqual({ generation: 1, written: 7 });
    await expectPublished(A, 1);
    expect(edge.text).toBe(text);
  });
});

describe("a failure", () => {
  test("of the edge leaves KV done; the next call only tells the edge", async () => {
    const publisher = start();
    await publisher.publish(A);
    edge.down = () => true;
    await expect(publisher.publish(B)).rejects.toMatchObject({ reason: "unavailable" });
    await expectPublished(B, 2);
    await expect(publisher.publish(B)).rejects.toMatchObject({ reason: "unavailable" });
    edge.down = () => false;
    const written = kv.writes.length;
    expect(await publisher.publish(B)).toEqual({ generation: 2, written: 0 });
    expect(kv.writes).toHaveLength(written);
    expect(edge.root?.generation).toBe(2);
    expect(await publisher.publish(B)).toBe("unchanged");
  });

  test.each([
    ["before a shard", 0, 0],
    ["after a shard", 0, 1],
    ["before the root", 0, 2],
    ["before the head", 1, 0],
  ])("of KV %s leaves the old snapshot, and is put right", async (_name, put, written) => {
    const publisher = start();
    await publisher.publish(A);
    let puts = 0;
    kv.fault = (operation) => (operation.startsWith("put") && puts++ === put ? { written } : undefined);
    await expect(publisher.publish(B)).rejects.toMatchObject({ reason: "unavailable" });
    await expectPublished(A, 1);
    expect(publisher.generation()).toBeUndefined();
    await publisher.publish(B);
    // A generation that an edge may have seen is not used again.
    await expectPublished(B, put === 1 ? 3 : 2);
    expect(edge.root?.generation).toBe(put === 1 ? 3 : 2);
  });

  test("that only seemed one does not publish again what is there", async () => {
    const publisher = start();
    await publisher.publish(A);
    kv.fault = (operation) => (operation === `put ${HEAD}` ? { written: 1 } : undefined);
    await expect(publisher.publish(B)).rejects.toMatchObject({ reason: "unavailable" });
    kv.fault = () => undefined;
    expect(await publisher.publish(B)).toEqual({ generation: 2, written: 0 });
    expect(edge.root?.generation).toBe(2);
  });

  test("to read KV at the start publishes nothing", async () => {
    kv.fault = (operation) => (operation.startsWith("get") ? { written: 0 } : undefined);
    await expect(start().publish(A)).rejects.toMatchObject({ reason: "unavailable" });
    expect(kv.writes).toEqual([]);
  });
});

describe("time", () => {
  test("of a root never goes back with the clock", async () => {
    await start().publish(A);
    const before = edge.root?.time;
    time -= 3_600_000;
    await start().publish(B);
    expect(edge.root).toMatchObject({ generation: 2, time: before });
  });

  test("of a root is in whole milliseconds, however fine the clock is", async () => {
    time = 1_700_000_000_000.75;
    await start().publish(A);
    expect(edge.root?.time).toBe(1_700_000_000_000);
  });
});

describe("another writer", () => {
  test("that published in the meantime is not overwritten with an older generation", async () => {
    const publisher = start();
    await publisher.publish(A);
    await publishElsewhere(B);
    await publishElsewhere(A);
    expect(await publisher.publish(C)).toMatchObject({ generation: 4 });
    await expectPublished(C, 4);
    expect(edge.root?.generation).toBe(4);
    expect(log.lines).toEqual([expect.stringMatching(/^warn another writer publishes cluster default/)]);
  });

  test("that published the same snapshot leaves nothing to write", async () => {
    const publisher = start();
    await publisher.publish(A);
    await publishElsewhere(B);
    expect(await publisher.publish(B)).toEqual({ generation: 2, written: 0 });
    expect(edge.root?.generation).toBe(2);
  });

  test("that is always ahead is an error that says what to do", async () => {
    const publisher = start();
    await publisher.publish(A);
    let turn = 0;
    const get = kv.get.bind(kv);
    kv.get = async (key) => {
      // Moves on just before the head is looked at, but not when it is read to plan anew.
      if (key === HEAD && turn++ % 2 === 0) await publishElsewhereOnce(turn);
      return get(key);
    };
    const publishElsewhereOnce = async (n: number) => {
      const own = { ...kv, get };
      await start({ headUrl: undefined, kv: own }).publish(serving({ "a.example": `other${n}` }));
    };
    await expect(publisher.publish(B)).rejects.toMatchObject({
      reason: "conflict",
      remedy: expect.stringContaining("one agent alone") as string,
    });
  });

  test("known to the edge alone is overtaken as well", async () => {
    const publisher = start();
    await publisher.publish(A);
    const root = { ...edge.root, generation: 9 } as NonNullable<FakeEdge["root"]>;
    edge.root = root;
    edge.text = await encodeRoot(root, keys.signer);
    expect(await publisher.publish(B)).toMatchObject({ generation: 10 });
    await expectPublished(B, 10);
    expect(edge.root.generation).toBe(10);
  });

  test("another root of the same generation at the edge is replaced by a newer one", async () => {
    await start({ headUrl: undefined }).publish(A);
    const { root } = (await readSnapshot(kv.store, CLUSTER, keys.verifier)) ?? {};
    if (root === undefined) throw new Error("expected a root");
    edge.root = { ...root, time: root.time + 1 };
    edge.text = await encodeRoot(edge.root, keys.signer);
    expect(await start().publish(A)).toEqual({ generation: 2, written: 2 });
    expect(edge.root.generation).toBe(2);
  });
});

describe("a stale KV", () => {
  test("that shows an older head soon after a write does not hold up the next one", async () => {
    const publisher = start();
    await publisher.publish(A);
    const old = kv.store.get(HEAD) ?? "";
    await publisher.publish(B);
    kv.store.set(HEAD, old);
    expect(await publisher.publish(C)).toMatchObject({ generation: 3 });
    await expectPublished(C, 3);
  });

  test("never makes a restarted publisher give the edge an older generation", async () => {
    await start().publish(A);
    const old = kv.store.get(HEAD) ?? "";
    await start().publish(B);
    kv.store.set(HEAD, old);
    expect(await start().publish(C)).toMatchObject({ generation: 3 });
    await expectPublished(C, 3);
  });

  test("that was emptied gets every shard again", async () => {
    const publisher = start();
    await publisher.publish(A);
    kv.store.clear();
    time += KV_STALE_MS;
    await publisher.publish(B);
    await expectPublished(B, 2);
  });
});

describe("a change of keys", () => {
  test("publishes a whole snapshot above the generation of the old key", async () => {
    const before = start();
    await before.publish(A);
    await before.publish(B);
    edge = createFakeEdge(others.verifier);
    const publisher = start({ ...others, headFetch: edge.fetch });
    expect(await publisher.publish(B)).toEqual({ generation: 3, written: 7 });
    await expectPublished(B, 3, others.verifier);
    expect(await publisher.publish(B)).toBe("unchanged");
  });

  test("a forged head of a high generation is replaced, not followed", async () => {
    const publisher = start({ headUrl: undefined });
    await publisher.publish(A);
    const { root } = (await readSnapshot(kv.store, CLUSTER, keys.verifier)) ?? {};
    if (root === undefined) throw new Error("expected a root");
    const forged = { ...root, generation: 1e15 };
    const text = await encodeRoot(forged, others.signer);
    const head = await headOf(forged, text);
    kv.store.set(rootKey(CLUSTER, forged.generation, head.root), text);
    kv.store.set(HEAD, encodeHead(head));
    expect(await publisher.publish(B)).toMatchObject({ generation: 2 });
    await expectPublished(B, 2);
  });

  test("an edge with another public key says so", async () => {
    const publisher = start({ headFetch: createFakeEdge(others.verifier).fetch });
    await expect(publisher.publish(A)).rejects.toMatchObject({ reason: "keys" });
  });
});
