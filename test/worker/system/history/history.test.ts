import { beforeEach, expect, it } from "vitest";
import { rootPrefix, shardKey } from "../../../../contract/index.ts";
import { changeLines } from "../../../../worker/system/history/change.ts";
import { createHistory, type KvList } from "../../../../worker/system/history/history.ts";
import { Published, type SomeRecords } from "../../support/published.ts";
import { hostOf, serviceOf } from "../../support/records.ts";

let published: Published;
let lists: number;
let served: string | undefined;
let now: number;
beforeEach(async () => {
  published = await Published.create();
  lists = 0;
  served = undefined;
  now = 1_790_000_000_000;
});

/** Two keys a page. */
const list: KvList = async (prefix, cursor) => {
  lists += 1;
  const names = [...published.kv.keys()].filter((name) => name.startsWith(prefix)).toSorted();
  const from = Number(cursor ?? 0);
  const keys = names.slice(from, from + 2).map((name) => ({ name, metadata: { time: 5 } }));
  return { keys, cursor: from + 2 < names.length ? String(from + 2) : undefined };
};

function history() {
  return createHistory({
    cluster: "default",
    verifier: Promise.resolve(published.verifier),
    get: published.get,
    list,
    served: () => served,
    now: () => now,
    delay: () => new Promise(() => undefined),
  });
}

const SHOP = {
  hosts: { "shop.test": hostOf("PathPrefix / shop/web") },
  services: { "shop/web": serviceOf("10.0.0.1") },
} satisfies SomeRecords;

it("lists the newest generations, over pages, and says which is served", async () => {
  for (let i = 0; i < 4; i++) await published.publish({});
  served = await published.publish(SHOP);
  const entries = await history().list(3);
  expect(entries.map(({ generation, served }) => [generation, served])).toEqual([
    [5, true],
    [4, false],
    [3, false],
  ]);
  expect(entries[0]).toMatchObject({ records: { hosts: 1, services: 1, zones: 0 }, problem: undefined });
  expect(lists).toBe(3);
});

it("asks KV for neither a list nor a root again at once", async () => {
  await published.publish(SHOP);
  const asked = history();
  await asked.list();
  await asked.list();
  expect([lists, published.reads.length]).toEqual([1, 1]);
  now += 60_000;
  await asked.list();
  expect([lists, published.reads.length]).toEqual([2, 1]);
});

it("lists anew once another generation is served", async () => {
  served = await published.publish({});
  const asked = history();
  await asked.list();
  served = await published.publish(SHOP);
  expect((await asked.list())[0]).toMatchObject({ generation: 2, served: true });
});

it("names what does not verify, and compares nothing with it", async () => {
  await published.publish(SHOP);
  await published.publish(SHOP, { signer: (await Published.create()).signer });
  const [forged] = await history().list();
  expect(forged).toMatchObject({ generation: 2, time: 5, records: undefined });
  expect(forged?.problem).toContain("signature");
  expect(await history().compare(1, 2)).toBeUndefined();
  expect(await history().compare(1, 9)).toBeUndefined();
});

it("compares two generations, and reads only the shards that differ", async () => {
  await published.publish(SHOP);
  await published.publish({ ...SHOP, services: { "shop/web": serviceOf("10.0.0.2") } });
  const compared = await history().compare(1, 2);
  expect(compared?.changes.flatMap(changeLines)).toEqual([
    "Service shop/web: endpoints 10.0.0.1 removed, 10.0.0.2 added, 1 ready",
  ]);
  expect(compared).toMatchObject({
    before: { generation: 1 },
    after: { generation: 2 },
    omitted: 0,
    incomplete: [],
  });
  expect(published.shardReads()).toHaveLength(2);
});

it("says what it cannot compare, and takes nothing of it for new or gone", async () => {
  const text = await published.publish(SHOP);
  await published.publish({ ...SHOP, services: {}, zones: { "namespace/shop": { kind: "namespace" } } });
  const root = JSON.parse(text.slice(0, text.indexOf("\n"))) as {
    sections: { services: { shards: string[] } };
  };
  published.kv.delete(shardKey("default", root.sections.services.shards[0] ?? ""));
  const compared = await history().compare(1, 2);
  expect(compared?.changes.flatMap(changeLines)).toEqual(["namespace shop: added"]);
  expect(compared?.incomplete).toEqual([expect.stringContaining("is not in KV any more")]);
});

it("summarises what changed in each of the newest, and reads it once", async () => {
  await published.publish(SHOP);
  const more = { "a.test": hostOf("PathPrefix / a/web"), "b.test": hostOf("PathPrefix / b/web") };
  await published.publish({ ...SHOP, hosts: { ...SHOP.hosts, ...more } });
  await published.publish(SHOP, { signer: (await Published.create()).signer });
  await published.publish({ hosts: { ...SHOP.hosts } });
  const asked = history();
  const summaries = await asked.summaries();
  expect([...summaries]).toEqual([
    [
      4,
      {
        since: 2,
        lines: [
          "a.test: removed, of Ingress shop/web",
          "b.test: removed, of Ingress shop/web",
          "Service shop/web: removed",
        ],
        more: 0,
        incomplete: false,
      },
    ],
    [2, { since: 1, lines: [expect.any(String), expect.any(String)], more: 0, incomplete: false }],
  ]);
  const { length } = published.reads;
  await asked.summaries();
  expect(published.reads.length).toBe(length);
});

it("summarises many changes by the first and a number", async () => {
  await published.publish({});
  const hosts = Object.fromEntries(
    [1, 2, 3, 4, 5].map((n) => [`h${n}.test`, hostOf("PathPrefix / shop/web")]),
  );
  await published.publish({ hosts });
  expect((await history().summaries()).get(2)).toMatchObject({
    lines: [expect.stringContaining("h1.test: added"), expect.any(String), expect.any(String)],
    more: 2,
  });
});

it("ignores keys that are no roots", async () => {
  await published.publish(SHOP);
  published.kv.set(`${rootPrefix("default")}note`, "x");
  expect(await history().list()).toHaveLength(1);
});
