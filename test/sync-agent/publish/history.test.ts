import { beforeEach, expect, test } from "vitest";
import { headKey } from "../../../contract/index.ts";
import { readHistory } from "../../../sync-agent/publish/history.ts";
import { createPublisher } from "../../../sync-agent/publish/publisher.ts";
import { rollBack } from "../../../sync-agent/publish/rollback.ts";
import { createFakeKv, type FakeKv } from "./support/fake-kv.ts";
import { createFakeLog } from "./support/fake-log.ts";
import { newKeys } from "./support/keys.ts";
import { recordsOf, SETTINGS } from "./support/snapshots.ts";

const keys = await newKeys();
const TIME = 1_700_000_000_000;

let kv: FakeKv;
let time: number;

const place = () => ({ cluster: "default", kv, ...keys, log: createFakeLog(), now: () => time });

beforeEach(async () => {
  kv = createFakeKv();
  time = TIME;
  const publisher = createPublisher(place());
  for (const hosts of [{ "a.example": "a" }, { "a.example": "a", "b.example": "b" }]) {
    await publisher.publish({ records: recordsOf(hosts), settings: SETTINGS });
    time += 60_000;
  }
});

const counts = (hosts: number) => ({ addresses: 0, certificates: 0, hosts, services: hosts, zones: 1 });

test("the roots that KV keeps, newest first", async () => {
  await rollBack({ ...place(), pause: async () => {} }, { generation: 1, reason: "broken" });
  expect(await readHistory(place(), 20)).toEqual([
    {
      generation: 4,
      time: TIME + 120_000,
      current: true,
      atEdge: undefined,
      hold: { generation: 1, reason: "broken" },
      records: counts(1),
      problem: undefined,
    },
    {
      generation: 2,
      time: TIME + 60_000,
      current: false,
      atEdge: undefined,
      hold: undefined,
      records: counts(2),
      problem: undefined,
    },
    {
      generation: 1,
      time: TIME,
      current: false,
      atEdge: undefined,
      hold: undefined,
      records: counts(1),
      problem: undefined,
    },
  ]);
});

test("the one that an edge serves is known by its text", async () => {
  const [oldest] = [...kv.store.keys()].filter((key) => key.includes("/root/")).toSorted();
  const entries = await readHistory(place(), 20, kv.store.get(oldest ?? ""));
  expect(entries.map(({ generation, atEdge }) => [generation, atEdge])).toEqual([
    [2, false],
    [1, true],
  ]);
});

test("no more of them than are asked for are read", async () => {
  kv.reads.length = 0;
  expect((await readHistory(place(), 1)).map(({ generation }) => generation)).toEqual([2]);
  expect(kv.reads).toEqual([headKey("default"), expect.stringContaining("/root/000000000002-")]);
});

test("one that does not verify is there with the reason", async () => {
  const [, newest] = [...kv.store.keys()].filter((key) => key.includes("/root/")).toSorted();
  kv.store.set(newest ?? "", "garbage");
  const [entry] = await readHistory(place(), 20);
  expect(entry).toMatchObject({ generation: 2, time: TIME + 60_000, current: true, records: undefined });
  expect(entry?.problem).toContain("is not what its key names");
});

test.each([[undefined], ["garbage"]])("with the head %j none is current", async (head) => {
  if (head === undefined) kv.store.delete(headKey("default"));
  else kv.store.set(headKey("default"), head);
  expect((await readHistory(place(), 20)).map(({ current }) => current)).toEqual([false, false]);
});

test("a cluster that was never published has none", async () => {
  expect(await readHistory({ ...place(), cluster: "other" }, 20)).toEqual([]);
});
