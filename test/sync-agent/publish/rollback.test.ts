import { beforeEach, describe, expect, test } from "vitest";
import { headKey, rootKey, shardKey, standardDns } from "../../../contract/index.ts";
import { createPublisher, type Publishable } from "../../../sync-agent/publish/publisher.ts";
import {
  releaseHold,
  rollBack,
  RollbackError,
  type RollbackOptions,
} from "../../../sync-agent/publish/rollback.ts";
import { HELD_RECHECK_MS } from "../../../sync-agent/publish/writer.ts";
import { createFakeEdge, type FakeEdge, HEAD_URL } from "./support/fake-edge.ts";
import { createFakeKv, type FakeKv } from "./support/fake-kv.ts";
import { createFakeLog, type FakeLog } from "./support/fake-log.ts";
import { newKeys } from "./support/keys.ts";
import { readSnapshot, type Snapshot } from "./support/reader.ts";
import { recordsOf } from "./support/snapshots.ts";

const CLUSTER = "default";
const HEAD = headKey(CLUSTER);
const keys = await newKeys();

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

function place(options: Partial<RollbackOptions> = {}): RollbackOptions {
  const head = { headUrl: HEAD_URL, headFetch: edge.fetch };
  const pause = async (ms: number) => {
    time += ms;
  };
  return { cluster: CLUSTER, kv, ...keys, ...head, log, now: () => time, pause, ...options };
}

function serving(service: string, ttl = 5): Publishable {
  return {
    records: recordsOf({ "a.example": service }),
    settings: { dns: standardDns({ domain: "cluster.local", ttl, pods: "insecure" }) },
  };
}

const A = serving("a", 7);
const B = serving("b");
const C = serving("c");

async function published(): Promise<Snapshot> {
  const snapshot = await readSnapshot(kv.store, CLUSTER, keys.verifier);
  if (snapshot === undefined) throw new Error("nothing is published");
  return snapshot;
}

async function expectHeld(content: Publishable, generation: number): Promise<void> {
  const { root, records } = await published();
  expect(records).toEqual(content.records);
  expect(root.settings).toEqual(content.settings);
  expect(root).toMatchObject({ generation, hold: { generation: 1 } });
  expect(edge.root).toEqual(root);
}

/** An agent that has published A, then B. */
async function running() {
  const agent = createPublisher(place());
  await agent.publish(A);
  time += 1000;
  await agent.publish(B);
  time += 1000;
  return agent;
}

describe("a rollback", () => {
  test("puts content and settings of an older generation back, as a new one with a hold", async () => {
    await running();
    const now = time;
    expect(await rollBack(place(), { generation: 1, reason: "b answers 500" })).toEqual({
      generation: 4,
      confirmed: true,
    });
    await expectHeld(A, 4);
    expect((await published()).root).toMatchObject({ hold: { reason: "b answers 500" }, time: now });
  });

  test("keeps to KV alone without a head URL", async () => {
    const options = place({ headUrl: undefined });
    const agent = createPublisher(options);
    await agent.publish(A);
    await agent.publish(B);
    await rollBack(options, { generation: 1 });
    expect((await published()).records).toEqual(A.records);
    expect(edge.requests).toEqual([]);
  });

  test("writes the shards that the present root lacks anew, so that no collection takes them", async () => {
    await running();
    time += 7_200_000;
    await rollBack(place(), { generation: 1 });
    const { root } = await published();
    const written = root.sections.hosts.shards.map((digest) => kv.metadata.get(shardKey(CLUSTER, digest)));
    expect(written).toEqual([{ written: time - 2000 }]);
  });

  test("to a generation that is not kept names those that are", async () => {
    await running();
    await expect(rollBack(place(), { generation: 9 })).rejects.toThrow(
      "KV keeps no generation 9 of cluster default; it keeps some of 1 to 2",
    );
    await expect(rollBack(place({ cluster: "other" }), { generation: 9 })).rejects.toThrow(
      "the cluster's name",
    );
  });

  test.each<[string, (key: string) => void]>([
    ["gone", (key) => kv.store.delete(key)],
    ["not what its digest says", (key) => kv.store.set(key, "{}")],
  ])("is refused, with nothing changed, when a shard is %s, which it names", async (_name, spoil) => {
    await running();
    const before = await published();
    await rollBack(place(), { generation: 1 });
    const { root } = await published();
    await releaseHold(place());
    await createPublisher(place()).publish(B);
    const [digest = ""] = root.sections.hosts.shards;
    spoil(shardKey(CLUSTER, digest));
    const head = kv.store.get(HEAD);
    const refusal = rollBack(place(), { generation: 1 });
    await expect(refusal).rejects.toThrow(RollbackError);
    await expect(refusal).rejects.toThrow(`KV lacks hosts/${digest.slice(0, 12)} (1 in all)`);
    expect(kv.store.get(HEAD)).toBe(head);
    expect((await published()).records).toEqual(before.records);
  });

  test("is refused when a shard is gone that the present root names too", async () => {
    await running();
    const { root } = await published();
    kv.store.delete(shardKey(CLUSTER, root.sections.zones.shards[0] ?? ""));
    await expect(rollBack(place(), { generation: 1 })).rejects.toThrow("KV lacks zones/");
  });

  test("is refused for a root that does not verify", async () => {
    await running();
    await expect(rollBack(place(await newKeys()), { generation: 1 })).rejects.toThrow(
      /generation 1 of cluster default cannot be used: .*not by the expected key.*lintel history/,
    );
  });

  test("of two roots of one generation takes the later one", async () => {
    await running();
    const { root, records } = await published();
    const rival = createFakeKv();
    const publisher = createPublisher(place({ kv: rival, headUrl: undefined, now: () => 1 }));
    await publisher.publish(C);
    await publisher.publish(A);
    const stray = [...rival.store].filter(([key]) => key.startsWith(rootKey(CLUSTER, 2, "")));
    for (const [key, text] of stray) kv.store.set(key, text);
    expect(stray).toHaveLength(1);
    await rollBack(place(), { generation: root.generation });
    expect((await published()).records).toEqual(records);
  });
});

describe("an agent that meets a hold", () => {
  test("before its head write publishes nothing, and says so once", async () => {
    const agent = await running();
    await rollBack(place(), { generation: 1, reason: "b is broken" });
    const held = { postponed: "held", hold: { generation: 1, reason: "b is broken" }, generation: 4 };
    for (let i = 0; i < 5; i++) {
      expect(await agent.publish(C)).toMatchObject(held);
      await expectHeld(A, 4);
      time += HELD_RECHECK_MS;
    }
    expect(log.lines.filter((line) => line.includes("rolled back"))).toEqual([
      "warn cluster default is rolled back to generation 1 (b is broken); nothing is published until `lintel rollback --release`",
    ]);
  });

  test("at its start publishes nothing", async () => {
    await running();
    await rollBack(place(), { generation: 1 });
    kv.writes.length = 0;
    expect(await createPublisher(place()).publish(C)).toMatchObject({ postponed: "held" });
    expect(kv.writes).toEqual([]);
    await expectHeld(A, 4);
  });

  test("publishes nothing either when what it compiled is what is held", async () => {
    await running();
    await rollBack(place(), { generation: 1 });
    expect(await createPublisher(place()).publish(A)).toMatchObject({ postponed: "held" });
    await expectHeld(A, 4);
  });

  test("looks at the head no more often than every ten seconds", async () => {
    const agent = await running();
    await rollBack(place(), { generation: 1 });
    expect(await agent.publish(C)).toMatchObject({ again: HELD_RECHECK_MS });
    kv.reads.length = 0;
    edge.requests.length = 0;
    time += 4000;
    expect(await agent.publish(B)).toMatchObject({ postponed: "held", again: HELD_RECHECK_MS - 4000 });
    expect([kv.reads, edge.requests]).toEqual([[], []]);
    time += HELD_RECHECK_MS - 4000;
    await agent.publish(B);
    expect([kv.reads.length, edge.requests]).toEqual([2, ["GET"]]);
  });

  test("tells an edge that does not know of it", async () => {
    await running();
    await rollBack(place({ headUrl: undefined }), { generation: 1 });
    expect(edge.root).toMatchObject({ generation: 2 });
    await createPublisher(place()).publish(C);
    await expectHeld(A, 4);
  });

  test("that the edge alone knows of brings KV's head to it", async () => {
    await running();
    const before = kv.store.get(HEAD) ?? "";
    await rollBack(place(), { generation: 1 });
    kv.store.set(HEAD, before);
    expect(await createPublisher(place()).publish(C)).toMatchObject({ postponed: "held", generation: 4 });
    await expectHeld(A, 4);
  });

  test("of which KV lacks a part leaves KV's head where it is, and says what to do", async () => {
    await running();
    const before = kv.store.get(HEAD) ?? "";
    await rollBack(place(), { generation: 1 });
    const { root } = await published();
    kv.store.set(HEAD, before);
    kv.store.delete(shardKey(CLUSTER, root.sections.hosts.shards[0] ?? ""));
    await expect(createPublisher(place()).publish(C)).rejects.toMatchObject({
      reason: "incomplete",
      remedy: expect.stringContaining("lintel rollback --release") as string,
    });
    expect((await published()).records).toEqual(B.records);
  });

  test("lets it prevail over a root of the same generation", async () => {
    await running();
    // An agent that had looked before writes generation 4 over the rollback's.
    await rollBack(place(), { generation: 1 });
    const rival = createFakeKv();
    const publisher = createPublisher(place({ kv: rival, headUrl: undefined }));
    for (const content of [A, B, A, C]) await publisher.publish(content);
    for (const [key, value] of rival.store) kv.store.set(key, value);
    expect((await published()).root).toMatchObject({ generation: 4 });
    expect(await createPublisher(place()).publish(C)).toMatchObject({ postponed: "held" });
    await expectHeld(A, 5);
  });
});

describe("a release", () => {
  test("lets a running agent publish its newest state at its next look", async () => {
    const agent = await running();
    await rollBack(place(), { generation: 1 });
    await agent.publish(C);
    expect(await releaseHold(place())).toEqual({ generation: 5, confirmed: true });
    const { root, records } = await published();
    expect(records).toEqual(A.records);
    expect(root.hold).toBeUndefined();
    time += HELD_RECHECK_MS;
    expect(await agent.publish(C)).toMatchObject({ generation: 6 });
    expect((await published()).records).toEqual(C.records);
    expect(log.lines).toContain("info the hold of cluster default is released");
  });

  test("where nothing is held changes nothing", async () => {
    await running();
    kv.writes.length = 0;
    expect(await releaseHold(place())).toBeUndefined();
    expect(kv.writes).toEqual([]);
  });

  test("of what the edge alone knows of writes KV as well", async () => {
    await running();
    const before = kv.store.get(HEAD) ?? "";
    await rollBack(place(), { generation: 1 });
    kv.store.set(HEAD, before);
    await releaseHold(place());
    expect((await published()).records).toEqual(A.records);
    expect((await published()).root).toEqual(edge.root);
  });
});

describe("a writer that had looked before the rollback wrote", () => {
  /** Once the rollback has moved the head, does what a slow agent does. */
  function afterHeadWrite(act: () => void): void {
    const put = kv.put.bind(kv);
    kv.put = async (pairs) => {
      await put(pairs);
      if (pairs[0]?.key !== HEAD) return;
      kv.put = put;
      act();
    };
  }

  test("and moves KV's head after it is overruled, as its generation is older", async () => {
    const options = place({ headUrl: undefined });
    const agent = createPublisher(options);
    await agent.publish(A);
    await agent.publish(B);
    const copy = createFakeKv(kv.store);
    await createPublisher({ ...options, kv: copy }).publish(C);
    afterHeadWrite(() => {
      for (const [key, value] of copy.store) kv.store.set(key, value);
    });
    expect(await rollBack(options, { generation: 1 })).toEqual({ generation: 4, confirmed: true });
    expect((await published()).root).toMatchObject({ generation: 4, hold: { generation: 1 } });
  });

  test("and is even ahead is rolled back once more", async () => {
    const options = place({ headUrl: undefined });
    const agent = createPublisher(options);
    await agent.publish(A);
    await agent.publish(B);
    const copy = createFakeKv(kv.store);
    const other = createPublisher({ ...options, kv: copy });
    for (const content of [C, A, C]) await other.publish(content);
    afterHeadWrite(() => {
      for (const [key, value] of copy.store) kv.store.set(key, value);
    });
    expect(await rollBack(options, { generation: 1 })).toEqual({ generation: 7, confirmed: true });
    expect((await published()).root).toMatchObject({ generation: 7, hold: { generation: 1 } });
    expect((await published()).records).toEqual(A.records);
  });
});
