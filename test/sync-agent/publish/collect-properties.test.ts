/** What collection must never do, whatever is published, rolled back, cut off or restarted in between. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decodeRoot, type Root, shardKey } from "../../../contract/index.ts";
import { PublishError } from "../../../sync-agent/publish/error.ts";
import { createPublisher, type Publisher } from "../../../sync-agent/publish/publisher.ts";
import { shardsOf } from "../../../sync-agent/publish/read-root.ts";
import { releaseHold, rollBack, RollbackError } from "../../../sync-agent/publish/rollback.ts";
import { createFakeKv, type FakeKv } from "./support/fake-kv.ts";
import { createFakeLog } from "./support/fake-log.ts";
import { newKeys } from "./support/keys.ts";
import { readSnapshot } from "./support/reader.ts";
import { seeded } from "./support/seeded.ts";
import { recordsOf, SETTINGS } from "./support/snapshots.ts";
import { runs } from "../../worker/support/runs.ts";

const CLUSTER = "default";
const HOUR = 3_600_000;
const RETENTION = { roots: 3, superseded: HOUR, grace: HOUR };
const keys = await newKeys();

type Step =
  | { readonly do: "publish"; readonly service: string }
  | { readonly do: "collect" | "restart" | "release" }
  | { readonly do: "rollback"; readonly back: number }
  | { readonly do: "wait"; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("publish" as const),
      service: fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h"),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom("collect" as const, "restart" as const, "release" as const) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("rollback" as const), back: fc.nat(5) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      ms: fc.constantFrom(60_000, HOUR / 2, 2 * HOUR),
    }),
  },
);

/** Every root that lies in KV, each of which must be whole. */
async function rootsIn(kv: FakeKv): Promise<Root[]> {
  const texts = [...kv.store].filter(([key]) => key.includes("/root/")).map(([, text]) => text);
  return Promise.all(texts.map((text) => decodeRoot(text, keys.verifier)));
}

function lacking(kv: FakeKv, root: Root): string[] {
  return shardsOf(root).filter((digest) => !kv.store.has(shardKey(CLUSTER, digest)));
}

async function expectWhole(kv: FakeKv): Promise<void> {
  await readSnapshot(kv.store, CLUSTER, keys.verifier);
  const torn = (await rootsIn(kv)).filter((root) => lacking(kv, root).length > 0);
  expect(torn).toEqual([]);
}

/** Half the time nothing goes wrong; what is cut off is the command of a person, or the agent's round. */
async function unlessCutOff(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof PublishError) && !(error instanceof RollbackError)) throw error;
  }
}

test("every root in KV is always whole, and in the end nothing is left that no kept root names", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 40 }),
      fc.nat(),
      fc.constantFrom(0, 0.05, 0.3),
      async (steps, seed, rate) => {
        const random = seeded(seed);
        const kv = createFakeKv();
        let time = 1_700_000_000_000;
        const faulty: FakeKv["fault"] = () =>
          random() < rate ? { written: Math.floor(4 * random()) } : undefined;
        const options = {
          cluster: CLUSTER,
          kv,
          ...keys,
          log: createFakeLog(),
          now: () => time,
          pause: async () => {},
          retention: RETENTION,
        };
        let publisher: Publisher = createPublisher(options);
        kv.fault = faulty;
        for (const action of steps) {
          time += 1000;
          if (action.do === "wait") time += action.ms;
          if (action.do === "restart") publisher = createPublisher(options);
          if (action.do === "publish") {
            const snapshot = { records: recordsOf({ "a.example": action.service }), settings: SETTINGS };
            await unlessCutOff(publisher.publish(snapshot));
          }
          if (action.do === "collect") await publisher.collect();
          if (action.do === "rollback") {
            const { generation } = (await rootsIn(kv)).toReversed()[action.back] ?? {};
            if (generation !== undefined) await unlessCutOff(rollBack(options, { generation }));
          }
          if (action.do === "release") await unlessCutOff(releaseHold(options));
          await expectWhole(kv);
        }
        kv.fault = () => undefined;
        await releaseHold(options);
        const last = { records: recordsOf({ "a.example": "last" }), settings: SETTINGS };
        publisher = createPublisher(options);
        await publisher.publish(last);
        for (let i = 0; i < 3; i++) {
          await publisher.collect();
          time += 2 * HOUR;
          publisher.forget();
          await publisher.publish(last);
        }
        await expectWhole(kv);
        const roots = await rootsIn(kv);
        expect(new Set(roots.map(({ generation }) => generation)).size).toBeLessThanOrEqual(RETENTION.roots);
        const named = new Set(roots.flatMap(shardsOf).map((digest) => shardKey(CLUSTER, digest)));
        const present = [...kv.store.keys()].filter((key) => key.includes("/shard/"));
        expect(new Set(present)).toEqual(named);
        expect((await readSnapshot(kv.store, CLUSTER, keys.verifier))?.records).toEqual(last.records);
      },
    ),
    { numRuns: runs(60) },
  );
});

test("a month of changes leaves no more than an hour's roots, and what they name", async () => {
  const kv = createFakeKv();
  let time = 1_700_000_000_000;
  let most = 0;
  const publisher = createPublisher({
    cluster: CLUSTER,
    kv,
    ...keys,
    log: createFakeLog(),
    now: () => time,
    retention: RETENTION,
  });
  // A change every ten minutes, and one root an hour beside.
  for (let i = 0; i < 1000; i++) {
    time += 600_000;
    await publisher.publish({ records: recordsOf({ "a.example": `v${i % 97}` }), settings: SETTINGS });
    await publisher.collect();
    most = Math.max(most, kv.store.size);
  }
  expect(most).toBeLessThan(90);
});
