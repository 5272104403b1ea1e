/** What an isolate holds: texts of shards and decoded records, each within its budget, and nothing of the past. */
import { beforeEach, describe, expect, it } from "vitest";
import { decodeRoot, shardKey } from "../../../contract/index.ts";
import { kvHeadSource } from "../../../worker/snapshot/head-source.ts";
import { SnapshotReader, STALE_MS } from "../../../worker/snapshot/reader.ts";
import { ShardCache } from "../../../worker/snapshot/shard-cache.ts";
import { Published } from "../support/published.ts";
import { hostOf } from "../support/records.ts";

let published: Published;
let reader: SnapshotReader;
let shards: ShardCache;
let now: number;

/** More than one shard of them. */
const manyHosts = Object.fromEntries(
  Array.from({ length: 2500 }, (_, i) => [`h${i}.test`, hostOf(`PathPrefix /${i}`)] as const),
);

beforeEach(async () => {
  published = await Published.create();
  now = 1_000_000;
  reader = newReader({});
});

interface Budgets {
  readonly budgetBytes?: number;
  readonly recordBudgetBytes?: number;
}

function newReader({ budgetBytes = 1_000_000, recordBudgetBytes = budgetBytes }: Budgets): SnapshotReader {
  const { cluster, get, verifier } = published;
  const times = {
    now: () => now,
    // No deadline is near in these tests.
    delay: () => new Promise<void>(() => {}),
    keepAlive: () => {},
  };
  shards = new ShardCache({ cluster, get, budgetBytes, recordBudgetBytes, ...times });
  return new SnapshotReader({
    cluster,
    verifier: Promise.resolve(verifier),
    heads: [kvHeadSource(cluster, get)],
    shards,
    ...times,
    onRefused: (error) => {
      throw error;
    },
  });
}

const routesOf = async (host: string) => {
  const record = await (await reader.view()).get("hosts", host);
  return record?.routes.map(({ match }) => match.path.value);
};

describe("the past", () => {
  it("is let go but for the generation before, whatever the budget would hold", async () => {
    const sizes: number[] = [];
    for (let i = 1; i <= 6; i++) {
      await published.publish({ hosts: { "a.test": hostOf(`PathPrefix /${i}`) } });
      now += STALE_MS;
      expect(await routesOf("a.test")).toEqual([`/${i}`]);
      sizes.push(shards.bytes);
    }
    expect(new Set(sizes.slice(1)).size).toBe(1);
    const view = await reader.view();
    const reads = published.shardReads().length;
    expect(await reader.insteadOf(view)?.get("hosts", "a.test")).toEqual(hostOf("PathPrefix /5"));
    expect(published.shardReads()).toHaveLength(reads);
  });

  it("is let go where its reads hang for ever, with requests that are gone", async () => {
    const { cluster, kv, verifier } = published;
    const root = await decodeRoot(
      await published.publish({ hosts: { "a.test": hostOf("Exact /") } }),
      verifier,
    );
    const [named = ""] = root.sections.hosts.shards;
    const never = new Promise<null>(() => {});
    const cache = new ShardCache({
      cluster,
      get: async (key) => (key === shardKey(cluster, named) ? (kv.get(key) ?? null) : never),
      budgetBytes: 1_000_000,
      now: () => now,
      delay: () => new Promise<void>(() => {}),
      keepAlive: () => {},
    });
    for (let i = 0; i < 1000; i++) {
      void cache.load("hosts", String(i).padStart(64, "0"));
      now += 1_000;
      await cache.load("hosts", named);
      cache.keepOnly([root]);
      // Those of the last ten seconds may come yet.
      expect(cache.loading).toBeLessThanOrEqual(11);
    }
    expect(cache.has(named)).toBe(true);
  });
});

describe("the byte budget", () => {
  it("holds for decoded records apart from texts: no shard is read twice for them", async () => {
    await published.publish({ hosts: manyHosts });
    reader = newReader({ recordBudgetBytes: 20_000 });
    for (let i = 0; i < 2500; i += 5) {
      expect(await routesOf(`h${i}.test`)).toEqual([`/${i}`]);
      expect(shards.decodedBytes).toBeLessThanOrEqual(20_000);
    }
    expect(shards.decodedBytes).toBeGreaterThan(15_000);
    expect(new Set(published.shardReads()).size).toBe(published.shardReads().length);
  });

  it("keeps decoded what is asked for again and again", async () => {
    await published.publish({ hosts: manyHosts });
    reader = newReader({ recordBudgetBytes: 20_000 });
    const view = await reader.view();
    const known = await view.get("hosts", "h0.test");
    for (let i = 1; i < 500; i += 1) {
      await view.get("hosts", `h${i}.test`);
      expect(await view.get("hosts", "h0.test")).toBe(known);
    }
  });

  it("keeps the very object of a record that a new generation leaves as it was", async () => {
    await published.publish({ hosts: { ...manyHosts, "a.test": hostOf("PathPrefix /one") } });
    const known = await (await reader.view()).get("hosts", "h0.test");
    await published.publish({ hosts: { ...manyHosts, "h1.test": hostOf("PathPrefix /two") } });
    now += STALE_MS;
    expect(await (await reader.view()).get("hosts", "h1.test")).toEqual(hostOf("PathPrefix /two"));
    expect(await (await reader.view()).get("hosts", "h0.test")).toBe(known);
  });

  it("drops the shards that were used longest ago, and reads them again when they are asked for", async () => {
    await published.publish({ hosts: manyHosts });
    reader = newReader({ budgetBytes: 150_000 });
    for (let i = 0; i < 2500; i += 50) {
      expect(await routesOf(`h${i}.test`)).toEqual([`/${i}`]);
      expect(shards.bytes).toBeLessThanOrEqual(150_000);
    }
    expect(new Set(published.shardReads()).size).toBeLessThan(published.shardReads().length);
  });
});
