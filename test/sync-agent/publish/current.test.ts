import { beforeEach, describe, expect, test } from "vitest";
import { encodeHead, encodeRoot, headKey, headOf, type Root, rootKey } from "../../../contract/index.ts";
import { MAX_CLAIMED_GENERATION } from "../../../sync-agent/publish/claim.ts";
import { type Current, readCurrent } from "../../../sync-agent/publish/current.ts";
import { createEdgeHead } from "../../../sync-agent/publish/edge-head.ts";
import { encodeRecords } from "../../../sync-agent/publish/encode.ts";
import { planPublication } from "../../../sync-agent/publish/plan.ts";
import { createFakeEdge, type FakeEdge, HEAD_URL } from "./support/fake-edge.ts";
import { createFakeKv, type FakeKv } from "./support/fake-kv.ts";
import { createFakeLog, type FakeLog } from "./support/fake-log.ts";
import { newKeys } from "./support/keys.ts";
import { recordsOf, SETTINGS } from "./support/snapshots.ts";

const ours = await newKeys();
const others = await newKeys();
const sections = await encodeRecords(recordsOf({ "a.example": "a" }));
const HEAD = headKey("default");

let kv: FakeKv;
let edge: FakeEdge;
let log: FakeLog;

beforeEach(() => {
  kv = createFakeKv();
  edge = createFakeEdge(ours.verifier);
  log = createFakeLog();
});

function rootOf(generation: number, cluster = "default"): Root {
  const floor = { generation: generation - 1, time: 0 };
  const target = { cluster, sections, settings: SETTINGS, time: 1000 + generation };
  const plan = planPublication({ latest: undefined, stored: undefined, floor }, target);
  if (plan === "unchanged") throw new Error("expected a plan");
  return plan.root;
}

async function putInKv(root: Root, { signer } = ours): Promise<string> {
  const text = await encodeRoot(root, signer);
  const head = await headOf(root, text);
  kv.store.set(rootKey("default", root.generation, head.root), text);
  kv.store.set(HEAD, encodeHead(head));
  return text;
}

function read(withEdge = true): Promise<Current> {
  const places = { cluster: "default", kv, verifier: ours.verifier, log };
  return readCurrent({ ...places, edge: withEdge ? createEdgeHead(HEAD_URL, edge.fetch) : undefined });
}

describe("without any trouble", () => {
  test("nothing is published yet", async () => {
    expect(await read()).toEqual({
      latest: undefined,
      stored: undefined,
      head: undefined,
      edge: undefined,
      floor: { generation: 0, time: 0 },
    });
    expect(log.lines).toEqual([]);
  });

  test("KV alone", async () => {
    const text = await putInKv(rootOf(3));
    expect(await read(false)).toEqual({
      latest: { root: rootOf(3), text },
      stored: rootOf(3),
      head: kv.store.get(HEAD),
      edge: undefined,
      floor: { generation: 3, time: 1003 },
    });
  });

  test.each<[string, number, number, number]>([
    ["KV and edge agree", 3, 3, 3],
    ["the edge lags behind", 4, 3, 4],
    ["KV lags behind", 3, 4, 4],
  ])("%s", async (_name, inKv, atEdge, newest) => {
    await putInKv(rootOf(inKv));
    edge.text = await encodeRoot(rootOf(atEdge), ours.signer);
    const current = await read();
    expect(current).toMatchObject({
      latest: { root: { generation: newest } },
      stored: { generation: inKv },
      edge: edge.text,
      floor: { generation: newest, time: 1000 + newest },
    });
    expect(log.lines).toEqual([]);
  });
});

describe("what does not count", () => {
  test.each<[string, () => Promise<unknown>, number, RegExp]>([
    ["a root of another key", () => putInKv(rootOf(7), others), 7, /signature is not by the expected key/],
    [
      "a root of another cluster",
      () => putInKv(rootOf(7, "other")),
      7,
      /is of cluster other, not of default/,
    ],
    [
      "a head that names a root that is not there",
      async () => {
        await putInKv(rootOf(7));
        for (const key of kv.store.keys()) if (key !== HEAD) kv.store.delete(key);
      },
      7,
      /default\/root\/.*: does not exist/,
    ],
    [
      "a root other than the head names",
      async () => {
        const older = await encodeRoot(rootOf(2), ours.signer);
        await putInKv(rootOf(7));
        for (const key of kv.store.keys()) if (key !== HEAD) kv.store.set(key, older);
      },
      7,
      /is not what the head names/,
    ],
    [
      "a head of a newer Lintel",
      async () => kv.store.set(HEAD, '{"generation":7,"version":99}'),
      7,
      /has version 99/,
    ],
    ["what is no head", async () => kv.store.set(HEAD, "<html>"), 0, /is not JSON/],
    [
      "an absurd generation",
      async () => putInKv(rootOf(MAX_CLAIMED_GENERATION + 1), others),
      0,
      /signature is not by the expected key/,
    ],
  ])("in KV: %s", async (_name, arrange, generation, warning) => {
    await arrange();
    const current = await read(false);
    expect(current).toMatchObject({ latest: undefined, stored: undefined, floor: { generation, time: 0 } });
    expect(current.head).toBe(kv.store.get(HEAD));
    expect(log.lines).toEqual([expect.stringMatching(warning)]);
    expect(log.lines[0]).toMatch(/^warn /);
  });

  test("at the edge: a root of another key, whose generation is taken as used", async () => {
    await putInKv(rootOf(3));
    edge.text = await encodeRoot(rootOf(9), others.signer);
    expect(await read()).toMatchObject({
      latest: { root: { generation: 3 } },
      stored: { generation: 3 },
      floor: { generation: 9, time: 1003 },
    });
    expect(log.lines).toHaveLength(1);
  });

  test("two roots of one generation: neither is the latest, KV's shards are known all the same", async () => {
    await putInKv(rootOf(3));
    edge.text = await encodeRoot({ ...rootOf(3), time: 9 }, ours.signer);
    expect(await read()).toMatchObject({
      latest: undefined,
      stored: { generation: 3 },
      floor: { generation: 3, time: 1003 },
    });
  });
});

describe("places that cannot be read", () => {
  test("an edge is warned of, KV decides", async () => {
    await putInKv(rootOf(3));
    edge.down = () => true;
    expect(await read()).toMatchObject({ latest: { root: { generation: 3 } }, edge: undefined });
    expect(log.lines).toEqual([expect.stringMatching(/^warn read the head of the edge .*fetch failed/)]);
  });

  test("KV is an error", async () => {
    kv.fault = () => ({ written: 0 });
    await expect(read()).rejects.toMatchObject({ name: "PublishError", reason: "unavailable" });
  });
});
