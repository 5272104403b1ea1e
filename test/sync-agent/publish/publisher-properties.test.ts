/** The invariants of publishing (design.md, "What this buys"), for any snapshots, crashes and failures. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { headKey, type Records, rootKey, sha256, shardKey, standardDns } from "../../../contract/index.ts";
import type { KvPair } from "../../../sync-agent/publish/kv.ts";
import { createPublisher, type Publisher } from "../../../sync-agent/publish/publisher.ts";
import { createFakeEdge, type FakeEdge, HEAD_URL } from "./support/fake-edge.ts";
import { createFakeKv, type FakeKv } from "./support/fake-kv.ts";
import { createFakeLog } from "./support/fake-log.ts";
import { newKeys } from "./support/keys.ts";
import { readSnapshot, type Snapshot } from "./support/reader.ts";
import { seeded } from "./support/seeded.ts";
import { arbitraryRecords, hostRecord, SETTINGS } from "./support/snapshots.ts";
import { runs } from "../../worker/support/runs.ts";

const CLUSTER = "default";
const keys = await newKeys();

function startOn(kv: FakeKv, edge?: FakeEdge): Publisher {
  const head = edge === undefined ? {} : { headUrl: HEAD_URL, headFetch: edge.fetch };
  return createPublisher({ cluster: CLUSTER, kv, ...keys, ...head, log: createFakeLog(), now: () => 1000 });
}

function read(store: ReadonlyMap<string, string>): Promise<Snapshot | undefined> {
  return readSnapshot(store, CLUSTER, keys.verifier);
}

const settingsOf = (ttl: number) => ({
  dns: standardDns({ domain: "cluster.local", ttl, pods: "insecure" }),
});
const history = fc.array(
  fc.record({ records: arbitraryRecords, ttl: fc.integer({ min: 0, max: 2 }), restart: fc.boolean() }),
  { minLength: 1, maxLength: 4 },
);

test("a reader gets exactly what was compiled last, and repeating it writes nothing", async () => {
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      const kv = createFakeKv();
      let publisher = startOn(kv);
      let generation = 0;
      for (const { records, ttl, restart } of steps) {
        if (restart) publisher = startOn(kv);
        const snapshot = { records, settings: settingsOf(ttl) };
        const outcome = await publisher.publish(snapshot);
        const published = await read(kv.store);
        expect(published?.records).toEqual(records);
        expect(published?.root.settings).toEqual(snapshot.settings);
        expect(published?.root.generation).toBe(outcome === "unchanged" ? generation : generation + 1);
        generation = published?.root.generation ?? 0;
        const written = kv.writes.length;
        expect(await publisher.publish(snapshot)).toBe("unchanged");
        expect(await startOn(kv).publish(snapshot)).toBe("unchanged");
        expect(kv.writes).toHaveLength(written);
      }
    }),
    { numRuns: runs(40) },
  );
});

/** Many hosts, so that their section has several shards, and one that is different. */
function manyHosts(changed: number): Records {
  const hosts = new Map(
    Array.from({ length: 2000 }, (_, i) => [
      `h${i}.example`,
      hostRecord(i === changed ? "service-b" : "service-a"),
    ]),
  );
  return { addresses: new Map(), certificates: new Map(), hosts, services: new Map(), zones: new Map() };
}

test("a change of one record writes its shard, a root and the head, however large the cluster is", async () => {
  const kv = createFakeKv();
  const publisher = startOn(kv);
  await publisher.publish({ records: manyHosts(-1), settings: SETTINGS });
  const { root } = (await read(kv.store)) ?? {};
  expect(root?.sections.hosts.shards.length).toBeGreaterThan(2);
  for (const changed of [0, 999]) {
    // From all alike to one that differs, and back.
    expect(await publisher.publish({ records: manyHosts(changed), settings: SETTINGS })).toMatchObject({
      written: 3,
    });
    const [shard, newRoot, head] = kv.writes.slice(-3);
    const generation = publisher.generation() ?? 0;
    expect(shard?.key).toBe(shardKey(CLUSTER, await sha256(shard?.value ?? "")));
    expect(newRoot?.key).toBe(rootKey(CLUSTER, generation, await sha256(newRoot?.value ?? "")));
    expect(head?.key).toBe(headKey(CLUSTER));
    expect(await publisher.publish({ records: manyHosts(-1), settings: SETTINGS })).toMatchObject({
      written: 3,
    });
  }
});

test("a crash after any write leaves the old or the new snapshot, and a restart completes the new one", async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryRecords, arbitraryRecords, fc.nat(), async (before, after, seed) => {
      const kv = createFakeKv();
      await startOn(kv).publish({ records: before, settings: SETTINGS });
      const base = [...kv.store];
      const old = await read(kv.store);
      kv.writes.length = 0;
      await startOn(kv).publish({ records: after, settings: settingsOf(7) });
      const { root } = (await read(kv.store)) ?? {};
      // The shards of one bulk write are written in no particular order.
      const shards = shuffled(kv.writes.slice(0, -2), seeded(seed));
      const writes = [...shards, ...kv.writes.slice(-2)];
      for (let count = 0; count <= writes.length; count++) {
        const crashed = createFakeKv(base);
        for (const { key, value } of writes.slice(0, count)) crashed.store.set(key, value);
        const seen = await read(crashed.store);
        if (count < writes.length) expect(seen).toEqual(old);
        else expect(seen).toEqual({ root, records: after });
        await startOn(crashed).publish({ records: after, settings: settingsOf(7) });
        expect(await read(crashed.store)).toEqual({ root, records: after });
      }
    }),
    { numRuns: runs(25) },
  );
});

function shuffled(pairs: readonly KvPair[], random: () => number): KvPair[] {
  const ranked = pairs.map((pair) => ({ rank: random(), pair }));
  return ranked.toSorted((a, b) => a.rank - b.rank).map(({ pair }) => pair);
}

test("half of all operations failing, the newest snapshot is published in the end, and never half of one", async () => {
  await fc.assert(
    fc.asyncProperty(history, fc.nat(), async (steps, seed) => {
      const random = seeded(seed);
      const kv = createFakeKv();
      const edge = createFakeEdge(keys.verifier);
      kv.fault = () => (random() < 0.5 ? { written: Math.floor(4 * random()) } : undefined);
      edge.down = () => random() < 0.5;
      let publisher = startOn(kv, edge);
      let generation = 0;
      const compiled: unknown[] = [];
      for (const [index, { records, ttl, restart }] of steps.entries()) {
        if (restart) publisher = startOn(kv, edge);
        compiled.push(records);
        // The last one is tried until it succeeds, the others once: newer state replaces them.
        for (let tries = index === steps.length - 1 ? 500 : 1; tries > 0; tries--) {
          const outcome = await publisher
            .publish({ records, settings: settingsOf(ttl) })
            .catch(() => "failed");
          const seen = await read(kv.store);
          if (seen !== undefined) expect(compiled).toContainEqual(seen.records);
          expect(seen?.root.generation ?? 0).toBeGreaterThanOrEqual(generation);
          generation = seen?.root.generation ?? 0;
          if (outcome !== "failed") break;
        }
      }
      const newest = await read(kv.store);
      expect(newest?.records).toEqual(steps.at(-1)?.records);
      expect(newest?.root.settings).toEqual(settingsOf(steps.at(-1)?.ttl ?? -1));
      expect(edge.root).toEqual(newest?.root);
    }),
    { numRuns: runs(25) },
  );
});
