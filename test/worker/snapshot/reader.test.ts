import { beforeEach, describe, expect, it, test } from "vitest";
import {
  ContractError,
  generateSigningPair,
  IntegrityError,
  loadSigner,
  UnsupportedVersionError,
} from "../../../contract/index.ts";
import { SnapshotUnavailableError } from "../../../worker/snapshot/errors.ts";
import { READ_DEADLINE_MS } from "../../../worker/snapshot/deadline.ts";
import {
  type HeadSource,
  IMMUTABLE_CACHE_TTL,
  type KvGet,
  kvHeadSource,
  SHORTEST_CACHE_TTL,
} from "../../../worker/snapshot/head-source.ts";
import {
  FRESH_MS,
  OTHERS_MS,
  PATIENCE_MS,
  SnapshotReader,
  STALE_MS,
} from "../../../worker/snapshot/reader.ts";
import { ShardCache } from "../../../worker/snapshot/shard-cache.ts";
import { Published } from "../support/published.ts";
import { hostOf } from "../support/records.ts";

let published: Published;
let reader: SnapshotReader;
let now: number;
/** What goes on behind requests. */
let behind: Promise<unknown>[];
let refused: unknown[];
let timers: { ms: number; resolve: () => void }[];
let shards: ShardCache;
let fails: boolean;
const settle = async () => {
  while (behind.length > 0) await behind.shift();
};

/** More than one shard of them. */
const manyHosts = Object.fromEntries(
  Array.from({ length: 2500 }, (_, i) => [`h${i}.test`, hostOf(`PathPrefix /${i}`)] as const),
);

beforeEach(async () => {
  published = await Published.create();
  now = 1_000_000;
  behind = [];
  refused = [];
  timers = [];
  reader = newReader();
});

interface ReaderParts {
  heads?: HeadSource[];
  get?: KvGet;
}

function newReader({ heads, get = published.get }: ReaderParts = {}): SnapshotReader {
  const keepAlive = (work: Promise<unknown>) => void behind.push(work);
  const delay = (ms: number) => new Promise<void>((resolve) => void timers.push({ ms, resolve }));
  shards = new ShardCache({
    cluster: published.cluster,
    get,
    budgetBytes: 1_000_000,
    recordBudgetBytes: 1_000_000,
    now: () => now,
    delay,
    keepAlive,
  });
  return new SnapshotReader({
    cluster: published.cluster,
    verifier: Promise.resolve(published.verifier),
    heads: heads ?? [kvHeadSource(published.cluster, get)],
    shards,
    now: () => now,
    delay,
    keepAlive,
    onRefused: (error) => void refused.push(error),
  });
}

/** Lets time pass for those who wait for so many milliseconds. */
const elapse = async (ms: number) => {
  now += ms;
  for (const timer of timers.splice(0).filter((pending) => pending.ms <= ms)) timer.resolve();
  await new Promise((resolve) => setTimeout(resolve));
};
const never = () => new Promise<never>(() => undefined);

const routesOf = async (host: string) => {
  const record = await (await reader.view()).get("hosts", host);
  return record?.routes.map(({ match }) => match.path.value);
};

describe("a reader", () => {
  it("refuses requests before the first snapshot, looks at most once a second, and serves once there is one", async () => {
    await expect(reader.view()).rejects.toThrow(SnapshotUnavailableError);
    const reads = published.reads.length;
    await expect(reader.view()).rejects.toThrow("no configuration has been published yet");
    expect(published.reads.length).toBe(reads);
    await published.publish({ hosts: { "a.test": hostOf("PathPrefix /one") } });
    now += FRESH_MS;
    expect(await routesOf("a.test")).toEqual(["/one"]);
  });

  it("answers from memory without a promise once a shard was read", async () => {
    await published.publish({ hosts: { "a.test": hostOf("PathPrefix /one") } });
    await routesOf("a.test");
    const view = reader.view();
    if (view instanceof Promise) expect.fail("the view was awaited");
    expect(view.get("hosts", "a.test")).not.toBeInstanceOf(Promise);
    expect(view.get("hosts", "unknown.test")).toBeUndefined();
  });

  it("costs one read a shard however many hosts are scanned", async () => {
    await published.publish({ hosts: { "a.test": hostOf("PathPrefix /one") } });
    await Promise.all(Array.from({ length: 500 }, (_, i) => routesOf(`scan-${i}.test`)));
    for (let i = 0; i < 500; i++) await routesOf(`later-${i}.test`);
    expect(published.shardReads()).toHaveLength(1);
  });

  it("follows the head behind the request: the one that notices is served from what is at hand", async () => {
    await published.publish({ hosts: { "a.test": hostOf("PathPrefix /one") } });
    await routesOf("a.test");
    await published.publish({ hosts: { "a.test": hostOf("PathPrefix /two") } });
    now += FRESH_MS;
    const view = await reader.view();
    expect(view.root.generation).toBe(1);
    await settle();
    expect(await routesOf("a.test")).toEqual(["/two"]);
    // The request that began before keeps its generation to its end.
    expect((await view.get("hosts", "a.test"))?.routes[0]?.match.path.value).toBe("/one");
  });

  it("waits for the head after a long sleep, so that an idle edge does not answer from last week", async () => {
    await published.publish({ hosts: { "a.test": hostOf("PathPrefix /one") } });
    await routesOf("a.test");
    await published.publish({ hosts: { "a.test": hostOf("PathPrefix /two") } });
    now += STALE_MS;
    expect(await routesOf("a.test")).toEqual(["/two"]);
  });

  it("reads the successors of the shards in use before it switches, so that no request waits for them", async () => {
    await published.publish({ hosts: { "a.test": hostOf("PathPrefix /one") } });
    await routesOf("a.test");
    await published.publish({ hosts: { "a.test": hostOf("PathPrefix /two") } });
    now += FRESH_MS;
    await reader.view();
    await settle();
    expect((await reader.view()).get("hosts", "a.test")).not.toBeInstanceOf(Promise);
  });

  it("keeps serving the generation before when a shard of the new one is not there yet, and follows once it is", async () => {
    await published.publish({ hosts: { "a.test": hostOf("PathPrefix /one") } });
    await routesOf("a.test");
    const before = new Set(published.kv.keys());
    await published.publish({ hosts: { "a.test": hostOf("PathPrefix /two") } });
    const late = [...published.kv].filter(([key]) => key.includes("/shard/") && !before.has(key));
    for (const [key] of late) published.kv.delete(key);
    now += STALE_MS;
    expect(await routesOf("a.test")).toEqual(["/one"]);
    expect(reader.lastError).toBeInstanceOf(SnapshotUnavailableError);
    for (const [key, text] of late) published.kv.set(key, text);
    now += STALE_MS;
    expect(await routesOf("a.test")).toEqual(["/two"]);
    expect(reader.lastError).toBeUndefined();
  });

  const otherSigner = async () => loadSigner((await generateSigningPair()).privateKey);
  test.each<[string, () => Promise<void>, unknown]>([
    [
      "signed with another key",
      async () => void (await published.publish({}, { signer: await otherSigner() })),
      IntegrityError,
    ],
    [
      "of another cluster",
      async () => void (await published.publish({}, { cluster: "other" })),
      IntegrityError,
    ],
    [
      "of another version",
      async () => void (await published.publish({}, { edit: (root) => ({ ...root, version: 3 as 2 }) })),
      UnsupportedVersionError,
    ],
    [
      "of an older generation",
      async () => void (await published.publish({}, { generation: 3 })),
      SnapshotUnavailableError,
    ],
    ["that a broken head names", async () => void published.kv.set("default/head", "{"), ContractError],
  ])("refuses a root %s, says so, and serves what it has", async (_, spoil, error) => {
    await published.publish({ hosts: { "a.test": hostOf("PathPrefix /one") } }, { generation: 5 });
    await routesOf("a.test");
    await spoil();
    now += STALE_MS;
    expect(await routesOf("a.test")).toEqual(["/one"]);
    expect(reader.lastError).toBeInstanceOf(error);
    expect(refused).toEqual([reader.lastError]);
  });

  test.each<[string, () => void, string]>([
    ["the head vanishes", () => published.kv.clear(), "the head is gone"],
    [
      "the root that the head names is not there",
      () => {
        for (const key of published.kv.keys()) if (key.includes("/root/")) published.kv.delete(key);
      },
      "the root that the head in KV names is not there",
    ],
    ["KV fails", () => void (fails = true), "KV is down"],
  ])("stays with its snapshot, and says so, when %s", async (_, spoil, error) => {
    fails = false;
    reader = newReader({
      get: async (key, ttl) => {
        if (fails) throw new Error("KV is down");
        return published.get(key, ttl);
      },
    });
    await published.publish({ hosts: { "a.test": hostOf("PathPrefix /one") } });
    await routesOf("a.test");
    spoil();
    now += STALE_MS;
    expect(await routesOf("a.test")).toEqual(["/one"]);
    expect((reader.lastError as Error).message).toBe(error);
  });

  it("goes on from a look that never ends: one request waits a moment, others do not, and the next look finds", async () => {
    await published.publish({ hosts: { "a.test": hostOf("PathPrefix /one") } });
    const inKv = kvHeadSource(published.cluster, published.get);
    let hangs = false;
    reader = newReader({ heads: [() => (hangs ? never() : inKv())] });
    await routesOf("a.test");
    await published.publish({ hosts: { "a.test": hostOf("PathPrefix /two") } });
    hangs = true;
    now += STALE_MS;
    const patient = routesOf("a.test");
    expect(await routesOf("a.test")).toEqual(["/one"]);
    await elapse(PATIENCE_MS);
    expect(await patient).toEqual(["/one"]);
    hangs = false;
    // Its timers may have ended with the request that began it: it is given up all the same.
    now += 3 * READ_DEADLINE_MS;
    expect(await routesOf("a.test")).toEqual(["/two"]);
  });

  it("gives up a look, and a shard, that takes too long, and says so", async () => {
    await published.publish({ hosts: { "a.test": hostOf("PathPrefix /one") } });
    reader = newReader({ heads: [never] });
    const cold = expect(reader.view()).rejects.toThrow(SnapshotUnavailableError);
    await elapse(READ_DEADLINE_MS);
    await cold;
    expect((reader.lastError as Error).message).toContain(`not read within ${READ_DEADLINE_MS} ms`);
    reader = newReader({ get: (key, ttl) => (key.includes("/shard/") ? never() : published.get(key, ttl)) });
    const stuck = expect(reader.view()).rejects.toThrow(SnapshotUnavailableError);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await elapse(READ_DEADLINE_MS);
    await stuck;
  });

  it("does not call itself served from a snapshot of which it can read nothing", async () => {
    await published.publish({ hosts: { "a.test": hostOf("PathPrefix /one") } });
    for (const key of published.kv.keys()) if (key.includes("/shard/")) published.kv.delete(key);
    await expect(reader.view()).rejects.toThrow(SnapshotUnavailableError);
  });

  it("asks KV for what was missing a moment ago without letting it answer from an old miss", async () => {
    const ttls: number[] = [];
    reader = newReader({
      get: async (key, ttl) => {
        if (key.includes("/shard/")) ttls.push(ttl);
        return published.get(key, ttl);
      },
    });
    await published.publish({ hosts: { "a.test": hostOf("PathPrefix /one") } });
    const shardTexts = [...published.kv].filter(([key]) => key.includes("/shard/"));
    for (const [key] of shardTexts) published.kv.delete(key);
    await expect(reader.view()).rejects.toThrow(SnapshotUnavailableError);
    for (const [key, text] of shardTexts) published.kv.set(key, text);
    now += STALE_MS;
    await Promise.resolve(reader.view());
    expect(ttls).toEqual([IMMUTABLE_CACHE_TTL, SHORTEST_CACHE_TTL]);
  });

  it("finds the newer head where the first place has been left behind, within a minute", async () => {
    const old = await published.publish({ hosts: { "a.test": hostOf("PathPrefix /one") } });
    const inKv = kvHeadSource(published.cluster, published.get);
    reader = newReader({ heads: [async () => old, inKv] });
    await routesOf("a.test");
    await published.publish({ hosts: { "a.test": hostOf("PathPrefix /two") } });
    now += STALE_MS;
    expect(await routesOf("a.test")).toEqual(["/one"]);
    now += OTHERS_MS;
    expect(await routesOf("a.test")).toEqual(["/two"]);
  });

  it("reads for an isolate's first request the shard of its host, and nothing besides", async () => {
    const root = await published.publish({ hosts: { "a.test": hostOf("PathPrefix /one"), ...manyHosts } });
    reader = newReader({ heads: [async () => root, kvHeadSource(published.cluster, published.get)] });
    const view = await reader.view("a.test");
    expect(await view.get("hosts", "a.test")).toBeDefined();
    await settle();
    expect(published.reads).toHaveLength(1);
    expect(published.shardReads()).toHaveLength(1);
  });

  it("asks the second place when the first has nothing, or fails", async () => {
    await published.publish({ hosts: { "a.test": hostOf("PathPrefix /one") } });
    const inKv = kvHeadSource(published.cluster, published.get);
    const first: HeadSource[] = [async () => undefined, async () => Promise.reject(new Error("down"))];
    for (const head of first) {
      reader = newReader({ heads: [head, inKv] });
      expect(await routesOf("a.test")).toEqual(["/one"]);
      expect(reader.lastError).toBeUndefined();
    }
  });

  it("takes a root that is handed in at once", async () => {
    await published.publish({ hosts: { "a.test": hostOf("PathPrefix /one") } });
    await routesOf("a.test");
    const text = await published.publish({ hosts: { "a.test": hostOf("PathPrefix /two") } });
    expect(await reader.offer(text)).toBe("taken");
    expect(await reader.offer(text)).toBe("same");
    expect(await routesOf("a.test")).toEqual(["/two"]);
    const view = await reader.view();
    expect(reader.insteadOf(view)?.root.generation).toBe(1);
  });

  it("follows when the number of shards grows and shrinks", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 2500 }, (_, i) => [`h${i}.test`, hostOf(`PathPrefix /${i}`)] as const),
    );
    await published.publish({ hosts: { "h7.test": hostOf("PathPrefix /one") } });
    await routesOf("h7.test");
    for (const [hosts, path] of [
      [many, "/7"],
      [{ "h7.test": hostOf("PathPrefix /two") }, "/two"],
    ] as const) {
      await published.publish({ hosts });
      now += STALE_MS;
      const view = await reader.view();
      const record = view.get("hosts", "h7.test");
      if (record instanceof Promise) expect.fail("its shard was not read ahead");
      expect(record?.routes[0]?.match.path.value).toBe(path);
    }
  });
});
