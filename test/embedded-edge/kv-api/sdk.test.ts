import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Cloudflare, { APIError, toFile } from "cloudflare";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type KvApiServer, startKvApi } from "../../../embedded-edge/kv-api/server.ts";
import { type Runtime, startRuntime } from "../../../embedded-edge/runtime/runtime.ts";
import { writeBundle } from "../support/bundle.ts";
import { recordingLog } from "../support/log.ts";

const TOKEN = "api token";
const account_id = "023e105f4ecef8ad9ca31a8372d0c353";
const namespace_id = "0f2ac74b498b48028cb68387c421e279";
const at = { account_id, namespace_id };

let folder: string;
let runtime: Runtime;
let api: KvApiServer;
const written: string[][] = [];

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "lintel-kv-")));
  const log = recordingLog();
  runtime = await startRuntime({
    state: folder,
    bundle: await writeBundle(folder),
    gateway: "127.0.0.1:1",
    variables: {},
    log,
  });
  api = await startKvApi(
    { host: "127.0.0.1", port: 0 },
    {
      store: runtime.store,
      token: TOKEN,
      accountId: account_id,
      namespaceId: namespace_id,
      onWritten: (keys) => void written.push([...keys]),
      now: Date.now,
      log,
    },
  );
});
afterAll(async () => {
  await api.close(0);
  await runtime.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  written.length = 0;
});

function client(apiToken = TOKEN): Cloudflare {
  return new Cloudflare({ apiToken, baseURL: api.address.url, maxRetries: 0 });
}
const kv = () => client().kv.namespaces;

async function text(key: string): Promise<string> {
  return (await kv().values.get(key, at)).text();
}

interface Failure {
  readonly status: number | undefined;
  readonly code: number | undefined;
  readonly message: string | undefined;
}

async function failure(call: Promise<unknown>): Promise<Failure> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof APIError)) throw new Error(`not refused: ${String(error)}`);
  const [first] = error.errors;
  return { status: error.status as number | undefined, code: first?.code, message: first?.message };
}

describe("Cloudflare's SDK", () => {
  it("writes a value, which the Worker reads, and reads and deletes it", async () => {
    await kv().values.update("a key/with: odd %41 ünicode", { ...at, value: "some text" });
    expect(await text("a key/with: odd %41 ünicode")).toBe("some text");
    await kv().values.update("plain", { ...at, value: "for the worker" });
    const response = await fetch(`http://127.0.0.1:${runtime.workerPort()}/kv/plain`);
    expect(await response.text()).toBe("for the worker");
    await kv().values.delete("plain", at);
    expect(await failure(kv().values.get("plain", at))).toEqual({
      status: 404,
      code: 10009,
      message: "get: 'key not found'",
    });
    expect(written).toEqual([["a key/with: odd %41 ünicode"], ["plain"], ["plain"]]);
  });

  it("writes bytes with metadata and an end", async () => {
    const bytes = new Uint8Array(256).map((_, i) => i);
    await kv().values.update("bytes", {
      ...at,
      value: await toFile(bytes, "bytes"),
      metadata: JSON.stringify({ tag: "ü" }),
      expiration_ttl: 600,
    });
    const response = await kv().values.get("bytes", at);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
    expect(Number(response.headers.get("expiration"))).toBeGreaterThan(Date.now() / 1000 + 590);
    expect(await kv().metadata.get("bytes", at)).toEqual({ tag: "ü" });
  });

  it("deletes what does not exist", async () => {
    await expect(kv().values.delete("never", at)).resolves.toEqual({});
  });

  it("writes, reads and deletes in bulk", async () => {
    const body = [
      { key: "bulk/text", value: "text", metadata: { n: 1 } },
      { key: "bulk/json", value: '{"a":[1]}', expiration: Math.floor(Date.now() / 1000) + 3600 },
      { key: "bulk/bytes", value: Buffer.from("caf\u00e9").toString("base64"), base64: true },
    ];
    expect(await kv().bulkUpdate(namespace_id, { account_id, body })).toEqual({
      successful_key_count: 3,
      unsuccessful_keys: [],
    });
    expect(written).toEqual([["bulk/text", "bulk/json", "bulk/bytes"]]);
    const keys = ["bulk/bytes", "bulk/none", "bulk/text"];
    expect(await kv().bulkGet(namespace_id, { account_id, keys })).toEqual({
      values: { "bulk/bytes": "caf\u00e9", "bulk/none": null, "bulk/text": "text" },
    });
    expect(
      await kv().bulkGet(namespace_id, { account_id, keys: ["bulk/json"], type: "json", withMetadata: true }),
    ).toEqual({
      values: { "bulk/json": { value: { a: [1] }, metadata: null, expiration: body[1]?.expiration } },
    });
    expect(
      await kv().bulkDelete(namespace_id, { account_id, body: ["bulk/text", "bulk/json", "bulk/bytes"] }),
    ).toEqual({
      successful_key_count: 3,
      unsuccessful_keys: [],
    });
    expect(await failure(kv().values.get("bulk/text", at))).toMatchObject({ status: 404, code: 10009 });
  });

  it("lists keys by prefix, page by page", async () => {
    const names = Array.from({ length: 25 }, (_, i) => `list/${String(i).padStart(2, "0")}`);
    await kv().bulkUpdate(namespace_id, {
      account_id,
      body: [...names.map((key) => ({ key, value: "x", metadata: key })), { key: "listed", value: "x" }],
    });
    const seen: unknown[] = [];
    for await (const key of kv().keys.list(namespace_id, { account_id, prefix: "list/", limit: 10 })) {
      seen.push(key);
    }
    expect(seen).toEqual(names.map((name) => ({ name, metadata: name })));
  });

  it("stores a large value", async () => {
    const value = Buffer.alloc(8 * 1024 * 1024, 7);
    await kv().values.update("large", { ...at, value: await toFile(value, "large") });
    expect(Buffer.from(await (await kv().values.get("large", at)).arrayBuffer()).equals(value)).toBe(true);
    await kv().values.delete("large", at);
  });

  it("reads about its namespace", async () => {
    expect(await kv().get(namespace_id, { account_id })).toMatchObject({ id: namespace_id });
  });
});

describe("refused, with nothing written, is", () => {
  const long = "k".repeat(513);
  const pairs = (count: number) => Array.from({ length: count }, (_, i) => ({ key: `k${i}`, value: "" }));
  const bulk = (
    body: {
      key: string;
      value: string;
      base64?: boolean;
      expiration?: number;
      expiration_ttl?: number;
      metadata?: unknown;
    }[],
  ) => kv().bulkUpdate(namespace_id, { account_id, body });

  it.each([
    ["a wrong token", () => client("wrong").kv.namespaces.values.get("k", at), 403, 10000],
    ["another account", () => kv().values.get("k", { ...at, account_id: "other" }), 404, 7003],
    ["another namespace", () => kv().values.get("k", { ...at, namespace_id: "other" }), 404, 10013],
    ["another part of the API", () => client().zones.get({ zone_id: "z" }), 404, 7003],
    ["metadata of a missing key", () => kv().metadata.get("missing", at), 404, 10009],
    ["a key beyond 512 bytes", () => kv().values.update(long, { ...at, value: "x" }), 414, 10012],
    [
      "a time to live under a minute",
      () => kv().values.update("k", { ...at, value: "x", expiration_ttl: 59 }),
      400,
      10012,
    ],
    ["an end in the past", () => kv().values.update("k", { ...at, value: "x", expiration: 1 }), 400, 10012],
    [
      "metadata that is not JSON",
      () => kv().values.update("k", { ...at, value: "x", metadata: "{" }),
      400,
      10012,
    ],
    [
      "a value beyond 25 MiB",
      async () =>
        kv().values.update("k", { ...at, value: await toFile(Buffer.alloc(25 * 1024 * 1024 + 1), "k") }),
      413,
      10024,
    ],
    [
      "a bulk with a key beyond 512 bytes",
      () =>
        bulk([
          { key: "ok", value: "" },
          { key: long, value: "" },
        ]),
      414,
      10012,
    ],
    [
      "a bulk with a value that is not base64",
      () => bulk([{ key: "k", value: "?", base64: true }]),
      400,
      10012,
    ],
    [
      "a bulk with metadata beyond 1,024 bytes",
      () => bulk([{ key: "k", value: "", metadata: "m".repeat(1023) }]),
      413,
      10024,
    ],
    ["a bulk of nothing", () => bulk([]), 400, 10012],
    ["a bulk of over 10,000 pairs", () => bulk(pairs(10_001)), 400, 10012],
    [
      "a bulk read of over 100 keys",
      () => kv().bulkGet(namespace_id, { account_id, keys: pairs(101).map(({ key }) => key) }),
      400,
      10012,
    ],
    [
      "a bulk read of JSON that is none",
      async () => {
        await kv().values.update("not-json", { ...at, value: "{" });
        written.length = 0;
        return kv().bulkGet(namespace_id, { account_id, keys: ["not-json"], type: "json" });
      },
      400,
      10012,
    ],
    [
      "a page of 9 keys",
      () => (async () => kv().keys.list(namespace_id, { account_id, limit: 9 }))(),
      400,
      10028,
    ],
  ])("%s", async (_, call, status, code) => {
    expect(await failure(call())).toMatchObject({ status, code });
    expect(written).toEqual([]);
  });
});

describe("beside the SDK", () => {
  const base = () => `${api.address.url}/accounts/${account_id}/storage/kv/namespaces/${namespace_id}`;
  const send = (
    path: string,
    init: Omit<RequestInit, "headers"> & { headers?: Record<string, string> } = {},
  ) => fetch(`${base()}${path}`, { ...init, headers: { authorization: `Bearer ${TOKEN}`, ...init.headers } });

  it("a raw body is a value", async () => {
    const put = await send("/values/raw%2Fkey", { method: "PUT", body: Buffer.from([0, 255, 1]) });
    expect([put.status, await put.json()]).toEqual([
      200,
      { success: true, errors: [], messages: [], result: {} },
    ]);
    const got = await send("/values/raw%2Fkey");
    expect(got.headers.get("content-type")).toBe("application/octet-stream");
    expect([...new Uint8Array(await got.arrayBuffer())]).toEqual([0, 255, 1]);
  });

  it("a key is percent-decoded once", async () => {
    await send("/values/a%252Fb", { method: "PUT", body: "x" });
    expect(written).toEqual([["a%2Fb"]]);
  });

  it("DELETE /bulk deletes", async () => {
    await send("/values/old", { method: "PUT", body: "x" });
    const response = await send("/bulk", {
      method: "DELETE",
      body: JSON.stringify([{ name: "old" }, { name: "never" }]),
    });
    expect(await response.json()).toMatchObject({ success: true, result: { successful_key_count: 2 } });
    expect((await send("/values/old")).status).toBe(404);
  });

  it.each([
    ["no token", "/values/k", { headers: { authorization: "" } }, 401, 10000],
    ["a body that is not JSON", "/bulk", { method: "PUT", body: "{" }, 400, 10012],
    ["a body of the wrong shape", "/bulk", { method: "PUT", body: '[{"key":"k"}]' }, 400, 10012],
    ["a key that is not percent-encoding", "/values/%E0%A4%A", {}, 400, 10012],
    ["a form without a value", "/values/k", { method: "PUT", body: new FormData() }, 400, 10012],
    ["an unknown path", "/unknown", {}, 404, 7003],
  ])("%s is refused in the same envelope", async (_, path, init, status, code) => {
    const response = await send(path, init);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({
      success: false,
      errors: [{ code }],
      messages: [],
      result: null,
    });
  });
});
