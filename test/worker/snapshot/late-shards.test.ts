/** A cluster that changes all the time, before a KV that shows what is written a while later. */
import { beforeEach, describe, expect, it } from "vitest";
import { SnapshotUnavailableError } from "../../../worker/snapshot/errors.ts";
import type { KvGet } from "../../../worker/snapshot/head-source.ts";
import { SnapshotReader } from "../../../worker/snapshot/reader.ts";
import { ShardCache } from "../../../worker/snapshot/shard-cache.ts";
import { Published } from "../support/published.ts";
import { hostOf } from "../support/records.ts";

const LATE_MS = 20_000;

let published: Published;
let reader: SnapshotReader;
let now: number;
/** When each shard was written. */
let written: Map<string, number>;
/** What goes on behind requests. */
let behind: Promise<unknown>[];
/** The Durable Object's, where the edge has one; it takes only what the edge has taken. */
let head: { generation: number; text: string } | undefined;

beforeEach(async () => {
  published = await Published.create();
  now = 1_000_000;
  written = new Map();
  behind = [];
  head = undefined;
  const get: KvGet = async (key) =>
    now - (written.get(key) ?? -LATE_MS) >= LATE_MS ? (published.kv.get(key) ?? null) : null;
  const delay = () => new Promise<never>(() => undefined);
  const keepAlive = (work: Promise<unknown>) => void behind.push(work);
  const { cluster } = published;
  reader = new SnapshotReader({
    cluster,
    verifier: Promise.resolve(published.verifier),
    heads: [async () => head?.text],
    shards: new ShardCache({ cluster, get, budgetBytes: 1_000_000, now: () => now, delay, keepAlive }),
    now: () => now,
    delay,
    keepAlive,
    onRefused: () => undefined,
    onCaughtUp: async (generation, text) => void (head = { generation, text }),
  });
  head = { generation: 1, text: await publish(1) };
  now += LATE_MS;
  await served();
});

async function publish(generation: number): Promise<string> {
  const text = await published.publish(
    { hosts: { "a.test": hostOf(`Exact /${generation}`) } },
    { generation },
  );
  for (const key of published.kv.keys()) if (!written.has(key)) written.set(key, now);
  return text;
}

/** The generation that a request is served from, a second later, of which everything can be read. */
async function served(): Promise<number> {
  now += 1000;
  await reader.view();
  while (behind.length > 0) await behind.shift();
  const view = await reader.view();
  const { generation } = view.root;
  const record = await view.get("hosts", "a.test");
  expect(record?.routes[0]?.match.path.value).toBe(`/${generation}`);
  return generation;
}

describe("an edge whose KV is late", () => {
  it("refuses a root until its shards are there, and then takes it without being told again", async () => {
    await expect(reader.offer(await publish(2))).rejects.toThrow(SnapshotUnavailableError);
    expect(await served()).toBe(1);
    now += LATE_MS;
    expect(await served()).toBe(2);
    expect(head?.generation).toBe(2);
  });

  it("stays behind by no more than KV does, though a newer root comes in all the time", async () => {
    const lags: number[] = [];
    for (let generation = 2; generation <= 40; generation++) {
      await expect(reader.offer(await publish(generation))).rejects.toThrow(SnapshotUnavailableError);
      for (let second = 0; second < 3; second++) lags.push(generation - (await served()));
    }
    // Within 20 seconds seven roots come in, and a few more until the next look at those that wait.
    expect(Math.max(...lags)).toBeLessThanOrEqual(14);
    expect(lags.at(-1)).toBeLessThanOrEqual(14);
  });

  it("forgets a root whose shards never come", async () => {
    const text = await publish(2);
    await expect(reader.offer(text)).rejects.toThrow(SnapshotUnavailableError);
    for (const key of written.keys()) if (!published.kv.get(key)?.includes("/1")) published.kv.delete(key);
    now += 200_000;
    expect(await served()).toBe(1);
    expect(head?.generation).toBe(1);
  });
});
