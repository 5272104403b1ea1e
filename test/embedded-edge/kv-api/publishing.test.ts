/** The agent's own side of the KV API, against the embedded edge's. */
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type KvApiServer, startKvApi } from "../../../embedded-edge/kv-api/server.ts";
import { type Runtime, startRuntime } from "../../../embedded-edge/runtime/runtime.ts";
import { createCloudflareKv } from "../../../sync-agent/publish/cloudflare-kv.ts";
import { readHistory } from "../../../sync-agent/publish/history.ts";
import type { Kv } from "../../../sync-agent/publish/kv.ts";
import { createPublisher } from "../../../sync-agent/publish/publisher.ts";
import { releaseHold, rollBack } from "../../../sync-agent/publish/rollback.ts";
import { allOf } from "../../sync-agent/publish/support/all-of.ts";
import { createFakeLog } from "../../sync-agent/publish/support/fake-log.ts";
import { newKeys } from "../../sync-agent/publish/support/keys.ts";
import { recordsOf, SETTINGS } from "../../sync-agent/publish/support/snapshots.ts";
import { writeBundle } from "../support/bundle.ts";
import { recordingLog } from "../support/log.ts";

let folder: string;
let runtime: Runtime;
let api: KvApiServer;
let kv: Kv;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "lintel-publishing-")));
  const log = recordingLog();
  runtime = await startRuntime({
    state: folder,
    bundle: await writeBundle(folder),
    gateway: "127.0.0.1:1",
    variables: {},
    log,
  });
  const account = { accountId: "account", namespaceId: "namespace" };
  api = await startKvApi(
    { host: "127.0.0.1", port: 0 },
    { store: runtime.store, token: "token", ...account, onWritten: () => undefined, now: Date.now, log },
  );
  kv = createCloudflareKv({ ...account, apiToken: "token", baseUrl: api.address.url });
});
afterAll(async () => {
  await api.close(0);
  await runtime.close();
  await rm(folder, { recursive: true, force: true });
});

it("writes, lists page by page and deletes more keys than a page holds", async () => {
  const keys = Array.from({ length: 1010 }, (_, i) => `many/${String(i).padStart(4, "0")}`);
  await kv.put(keys.map((key, i) => ({ key, value: key, metadata: { written: i } })));
  expect(await allOf(kv.list("many/"))).toEqual(keys.map((key, i) => ({ key, metadata: { written: i } })));
  await kv.delete([...keys.slice(0, 1009), "many/none"]);
  expect(await allOf(kv.list("many/"))).toEqual([{ key: "many/1009", metadata: { written: 1009 } }]);
  expect(await allOf(kv.list("none/"))).toEqual([]);
}, 30_000);

it("publishes, rolls back, releases, tells the history and collects", async () => {
  let time = 1_700_000_000_000;
  const keys = await newKeys();
  const retention = { roots: 2, superseded: 1000, grace: 1000 };
  const place = {
    cluster: "shop",
    kv,
    ...keys,
    log: createFakeLog(),
    now: () => time,
    pause: async () => {},
  };
  const publisher = createPublisher({ ...place, retention });
  for (const service of ["a", "b", "c"]) {
    time += 60_000;
    await publisher.publish({ records: recordsOf({ "a.example": service }), settings: SETTINGS });
  }
  expect(await rollBack(place, { generation: 1, reason: "broken" })).toEqual({
    generation: 5,
    confirmed: true,
  });
  expect(await readHistory(place, 2)).toMatchObject([
    { generation: 5, current: true, hold: { generation: 1, reason: "broken" } },
    { generation: 3, current: false, hold: undefined },
  ]);
  expect(await releaseHold(place)).toEqual({ generation: 6, confirmed: true });
  time += 60_000;
  const last = { records: recordsOf({ "a.example": "d" }), settings: SETTINGS };
  expect(await publisher.publish(last)).toMatchObject({ generation: 7 });
  time += 60_000;
  // Two roots are kept, which name the first content and the last. Those of b and c go, and the agent's generation 4,
  // with which it met the hold.
  expect(await publisher.collect()).toEqual({ roots: 5, shards: 4, more: false });
  expect((await readHistory(place, 20)).map(({ generation }) => generation)).toEqual([7, 6]);
}, 30_000);
