/** Two agents that both believe that they lead, and one that is told to stop: whatever they do when. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { PublishError } from "../../../sync-agent/publish/error.ts";
import { createPublisher, type Publisher } from "../../../sync-agent/publish/publisher.ts";
import { createFakeEdge, type FakeEdge, HEAD_URL } from "./support/fake-edge.ts";
import { createFakeKv, type FakeKv } from "./support/fake-kv.ts";
import { createFakeLog } from "./support/fake-log.ts";
import { newKeys } from "./support/keys.ts";
import { readSnapshot } from "./support/reader.ts";
import { recordsOf, SETTINGS } from "./support/snapshots.ts";
import { runs } from "../../worker/support/runs.ts";

const CLUSTER = "default";
const keys = await newKeys();

const snapshotOf = (service: string) => ({
  records: recordsOf({ "a.example": service }),
  settings: SETTINGS,
});

interface World {
  readonly kv: FakeKv;
  readonly edge: FakeEdge;
}

/** Every operation of the publisher waits for the scheduler; those that write are told before they begin. */
function startOn(
  { kv, edge }: World,
  scheduler: fc.Scheduler,
  name: string,
  begins: (write: string) => void = () => undefined,
): Publisher {
  const later = <T>(what: string, act: () => Promise<T>) =>
    scheduler.schedule(Promise.resolve(), `${name} ${what}`).then(act);
  return createPublisher({
    cluster: CLUSTER,
    ...keys,
    kv: {
      ...kv,
      get: (key) => later(`get ${key}`, () => kv.get(key)),
      put: (pairs) => {
        begins(`put ${pairs[0]?.key}`);
        return later(`put ${pairs[0]?.key}`, () => kv.put(pairs));
      },
    },
    headUrl: HEAD_URL,
    headFetch: async (url, init) => {
      if (init?.method === "PUT") begins("PUT");
      return later(init?.method ?? "GET", () => edge.fetch(url, init));
    },
    log: createFakeLog(),
    now: () => 1000,
  });
}

const services = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 3 });

test("however two publishers interleave, KV is whole, the edge never goes back, and who is last prevails", async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), services, services, async (scheduler, ones, others) => {
      const world = { kv: createFakeKv(), edge: createFakeEdge(keys.verifier) };
      const publishAll = async (publisher: Publisher, some: readonly string[]) => {
        // One that others are always ahead of gives up, and would try again later.
        for (const service of some) await publisher.publish(snapshotOf(service)).catch(() => undefined);
      };
      const done = Promise.all([
        publishAll(startOn(world, scheduler, "one"), ones),
        publishAll(startOn(world, scheduler, "other"), others),
      ]);
      let generation = 0;
      const finished = new AbortController();
      const finish = done.then(() => finished.abort());
      while (!finished.signal.aborted) {
        if (scheduler.count() > 0) await scheduler.waitOne();
        else await new Promise((resolve) => setImmediate(resolve));
        await readSnapshot(world.kv.store, CLUSTER, keys.verifier);
        expect(world.edge.root?.generation ?? 0).toBeGreaterThanOrEqual(generation);
        generation = world.edge.root?.generation ?? 0;
      }
      await finish;
      const last = createPublisher({
        cluster: CLUSTER,
        ...keys,
        kv: world.kv,
        headUrl: HEAD_URL,
        headFetch: world.edge.fetch,
        log: createFakeLog(),
        now: () => 1000,
      });
      await last.publish(snapshotOf("last"));
      const read = await readSnapshot(world.kv.store, CLUSTER, keys.verifier);
      expect(read?.records).toEqual(snapshotOf("last").records);
      expect(read?.root).toEqual(world.edge.root);
      expect(read?.root.generation).toBeGreaterThan(generation);
    }),
    { numRuns: runs(40) },
  );
});

test("after its term has ended, whenever that is, a publisher begins no write", async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.nat(20), async (scheduler, steps) => {
      const world = { kv: createFakeKv(), edge: createFakeEdge(keys.verifier) };
      const abort = new AbortController();
      const late: string[] = [];
      const publisher = startOn(world, scheduler, "deposed", (write) => {
        if (abort.signal.aborted) late.push(write);
      });
      const outcomes: unknown[] = [];
      const publishing = (async () => {
        await publisher.publish(snapshotOf("a"), abort.signal);
        return publisher.publish(snapshotOf("b"), abort.signal);
      })().then(
        (publication) => outcomes.push(publication),
        (error: unknown) => outcomes.push(error),
      );
      for (let step = 0; outcomes.length === 0; step++) {
        if (step === steps) abort.abort();
        if (scheduler.count() > 0) await scheduler.waitOne();
        else await new Promise((resolve) => setImmediate(resolve));
      }
      await publishing;
      expect(late).toEqual([]);
      const [outcome] = outcomes;
      const isStopped = outcome instanceof PublishError && outcome.reason === "stopped";
      expect(isStopped || world.edge.root?.generation === 2).toBe(true);
      await readSnapshot(world.kv.store, CLUSTER, keys.verifier);
    }),
    { numRuns: runs(60) },
  );
});

test.each(["content", "head", "PUT"])(
  "deposed before it writes the %s, it begins none of it",
  async (step) => {
    const world = { kv: createFakeKv(), edge: createFakeEdge(keys.verifier) };
    const abort = new AbortController();
    const before = {
      content: "get default/head",
      head: "default/root/",
      PUT: "default/head",
    };
    const stopAfter = before[step as keyof typeof before];
    world.kv.fault = (operation) => {
      const isAt = operation.startsWith("put") ? operation.includes(stopAfter) : operation === stopAfter;
      if (isAt) abort.abort();
      return undefined;
    };
    const publisher = createPublisher({
      cluster: CLUSTER,
      ...keys,
      kv: world.kv,
      headUrl: HEAD_URL,
      headFetch: world.edge.fetch,
      log: createFakeLog(),
      now: () => 1000,
    });
    await expect(publisher.publish(snapshotOf("a"), abort.signal)).rejects.toMatchObject({
      reason: "stopped",
    });
    const written = world.kv.writes.map(({ key }) => key.split("/")[1]);
    expect(new Set(written)).toEqual(
      new Set({ content: [], head: ["shard", "root"], PUT: ["shard", "root", "head"] }[step]),
    );
    expect(world.edge.requests).toEqual(["GET"]);
    // Its successor does what is left.
    const outcome = await createPublisher({
      cluster: CLUSTER,
      ...keys,
      kv: createFakeKv(world.kv.store),
      headUrl: HEAD_URL,
      headFetch: world.edge.fetch,
      log: createFakeLog(),
      now: () => 1000,
    }).publish(snapshotOf("a"));
    expect(outcome).toMatchObject({ generation: 1 });
    expect(world.edge.root?.generation).toBe(1);
  },
);

test("a publisher that leads again reads what others published in between", async () => {
  const kv = createFakeKv();
  const options = { cluster: CLUSTER, ...keys, kv, log: createFakeLog(), now: () => 1000 };
  const first = createPublisher(options);
  await first.publish(snapshotOf("a"));
  await createPublisher(options).publish(snapshotOf("b"));
  first.forget();
  expect(await first.publish(snapshotOf("a"))).toMatchObject({ generation: 3 });
  expect((await readSnapshot(kv.store, CLUSTER, keys.verifier))?.records).toEqual(snapshotOf("a").records);
});
