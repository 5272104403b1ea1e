import { beforeEach, describe, expect, it, test } from "vitest";
import {
  ContractError,
  generateSigningPair,
  IntegrityError,
  loadSigner,
  UnsupportedVersionError,
} from "../../../contract/index.ts";
import { SnapshotUnavailableError } from "../../../worker/snapshot/errors.ts";
import { kvHeadSource } from "../../../worker/snapshot/head-source.ts";
import { FRESH_MS, SnapshotReader, STALE_MS } from "../../../worker/snapshot/reader.ts";
import { ShardCache } from "../../../worker/snapshot/shard-cache.ts";
import { Published } from "../support/published.ts";
import { hostOf } from "../support/records.ts";

let published: Published;
let reader: SnapshotReader;
let now: number;
/** What goes on behind requests. */
let behind: Promise<unknown>[];
let refused: unknown[];
const settle = async () => {
  while (behind.length > 0) await behind.shift();
};

beforeEach(async () => {
  published = await Published.create();
  now = 1_000_000;
  behind = [];
  refused = [];
  reader = newReader();
});

function newReader(budgetBytes = 1_000_000): SnapshotReader {
  const keepAlive = (work: Promise<unknown>) => void behind.push(work);
  return new SnapshotReader({
    cluster: published.cluster,
    verifier: Promise.resolve(published.verifier),
    readHead: kvHeadSource(published.cluster, published.get),
    shards: new ShardCache({
      cluster: published.cluster,
      get: published.get,
      budgetBytes,
      now: () => now,
      keepAlive,
    }),
    now: () => now,
    delay: () => new Promise(() => undefined),
    keepAlive,
    onRefused: (error) => void refused.push(error),
  });
}

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
      async () => void (await published.publish({}, { edit: (root) => ({ ...root, version: 2 as 1 }) })),
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

  it("stays with its snapshot when the head vanishes or KV fails", async () => {
    await published.publish({ hosts: { "a.test": hostOf("PathPrefix /one") } });
    await routesOf("a.test");
    published.kv.clear();
    now += STALE_MS;
    expect(await routesOf("a.test")).toEqual(["/one"]);
  });

  it("takes a root that is handed in at once", async () => {
    await published.publish({ hosts: { "a.test": hostOf("PathPrefix /one") } });
    await routesOf("a.test");
    const text = await published.publish({ hosts: { "a.test": hostOf("PathPrefix /two") } });
    expect(await reader.offer(text)).toBe("taken");
    expect(await reader.offer(text)).toBe("same");
    expect(await routesOf("a.test")).toEqual(["/two"]);
    expect(reader.previous?.root.generation).toBe(1);
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

describe("the byte budget", () => {
  it("drops the shards that were used longest ago, and reads them again when they are asked for", async () => {
    const hosts = Object.fromEntries(
      Array.from({ length: 2500 }, (_, i) => [`h${i}.test`, hostOf(`PathPrefix /${i}`)] as const),
    );
    await published.publish({ hosts });
    const shards = new ShardCache({
      cluster: published.cluster,
      get: published.get,
      budgetBytes: 150_000,
      now: () => now,
      keepAlive: () => undefined,
    });
    reader = new SnapshotReader({
      cluster: published.cluster,
      verifier: Promise.resolve(published.verifier),
      readHead: kvHeadSource(published.cluster, published.get),
      shards,
      now: () => now,
      delay: () => new Promise(() => undefined),
      keepAlive: () => undefined,
      onRefused: (error) => void refused.push(error),
    });
    for (let i = 0; i < 2500; i += 50) {
      expect(await routesOf(`h${i}.test`)).toEqual([`/${i}`]);
      expect(shards.bytes).toBeLessThanOrEqual(150_000);
    }
    expect(new Set(published.shardReads()).size).toBeLessThan(published.shardReads().length);
  });
});
