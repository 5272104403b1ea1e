/** Against the embedded edge's own KV API, over a store in memory. */
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { type KvApiServer, startKvApi } from "../../../embedded-edge/kv-api/server.ts";
import type { KvEntry, KvStore } from "../../../embedded-edge/kv-store/client.ts";
import { createClient } from "../../../sync-agent/cloudflare-client.ts";
import { checkKv, checkNamespace } from "../../../sync-agent/doctor/kv.ts";
import { createCloudflareKv } from "../../../sync-agent/publish/cloudflare-kv.ts";
import type { Kv } from "../../../sync-agent/publish/kv.ts";
import { recordingLog } from "../../embedded-edge/support/log.ts";
import { createFakeKv } from "../publish/support/fake-kv.ts";
import { type Expected, expectFinding } from "./support/finding.ts";

let entries: Map<string, KvEntry>;
let api: KvApiServer;

beforeEach(async () => {
  entries = new Map();
  const store: KvStore = {
    read: async (keys) => keys.map((key) => entries.get(key)),
    async put(pairs) {
      for (const { key, value } of pairs) entries.set(key, { value: Buffer.from(value) });
      return [];
    },
    async delete(keys) {
      for (const key of keys) entries.delete(key);
      return [];
    },
    list: async () => ({ keys: [] }),
    close: async () => {},
  };
  api = await startKvApi(
    { host: "127.0.0.1", port: 0 },
    {
      store,
      token: "token",
      accountId: "account",
      namespaceId: "namespace",
      onWritten: () => {},
      now: Date.now,
      log: recordingLog(),
    },
  );
});
afterEach(() => api.close(0));

const USUAL = { apiToken: "token", accountId: "account", namespaceId: "namespace" };

describe("the namespace", () => {
  test.each<[string, Partial<typeof USUAL>, Expected]>([
    ["that is there", {}, ["kv namespace", "ok", /^namespace \(lintel\)$/]],
    [
      "that is not",
      { namespaceId: "other" },
      ["kv namespace", "fail", /no namespace other/, /--namespace-id/],
    ],
    ["of another account", { accountId: "other" }, ["kv namespace", "fail", /account other/, /--account-id/]],
    [
      "for which the token is of no use",
      { apiToken: "wrong" },
      ["kv namespace", "fail", /wrong token/, /Workers KV Storage: Edit/],
    ],
  ])("%s", async (_, change, expected) => {
    const { apiToken, accountId, namespaceId } = { ...USUAL, ...change };
    const client = createClient({ apiToken, baseUrl: api.address.url });
    expectFinding(await checkNamespace({ client, accountId, namespaceId }), expected);
  });

  it("at a URL of something else", async () => {
    const page: typeof fetch = async () =>
      new Response("<html>", { headers: { "content-type": "text/html" } });
    const client = createClient({ apiToken: "token", baseUrl: "http://app", fetch: page });
    const finding = await checkNamespace({ client, accountId: "account", namespaceId: "namespace" });
    expectFinding(finding, ["kv namespace", "fail", /not that of a KV API/, /--kv-url/]);
  });
});

describe("a probe", () => {
  const kvOf = (change: Partial<typeof USUAL> = {}) =>
    createCloudflareKv({ ...USUAL, ...change, baseUrl: api.address.url });

  it("is written, read and deleted", async () => {
    const finding = await checkKv({ cluster: "test", kv: kvOf(), mark: "mark-1" });
    expectFinding(finding, ["kv read and write", "ok", /^test\/doctor was written, read and deleted$/]);
    expect(entries.size).toBe(0);
  });

  test.each([undefined, "mark-0"])("may be read in an older state (%s)", async (older) => {
    const kv: Pick<Kv, "get" | "put" | "delete"> = { ...createFakeKv(), get: async () => older };
    const finding = await checkKv({ cluster: "test", kv, mark: "mark-1" });
    expectFinding(finding, ["kv read and write", "ok", /older state/]);
  });

  it("that is refused names what the token lacks", async () => {
    const finding = await checkKv({ cluster: "test", kv: kvOf({ apiToken: "wrong" }), mark: "mark-1" });
    expectFinding(finding, ["kv read and write", "fail", /^write 1 keys .* wrong token/, /edit Workers KV/]);
  });

  it("at an API that is not there", async () => {
    const kv = createCloudflareKv({ ...USUAL, baseUrl: "http://127.0.0.1:1/client/v4" });
    const finding = await checkKv({ cluster: "test", kv, mark: "mark-1" });
    expectFinding(finding, ["kv read and write", "fail", /write 1 keys/, /check the KV URL/]);
  });
});
