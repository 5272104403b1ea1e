import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type CloudflareKvOptions, createCloudflareKv } from "../../../sync-agent/publish/cloudflare-kv.ts";
import type { Kv, KvKey } from "../../../sync-agent/publish/kv.ts";
import { allOf } from "./support/all-of.ts";
import {
  ACCOUNT,
  type Answer,
  failure,
  type FakeCloudflare,
  NAMESPACE,
  startFakeCloudflare,
  TOKEN,
} from "./support/fake-cloudflare.ts";

const PATH = `/client/v4/accounts/${ACCOUNT}/storage/kv/namespaces/${NAMESPACE}`;

const HTML = { "content-type": "text/html" };

let server: FakeCloudflare;
let pauses: number[];

beforeEach(async () => {
  server = await startFakeCloudflare();
  pauses = [];
});

afterEach(() => server.close());

function kvWith(options: Partial<CloudflareKvOptions> = {}) {
  return createCloudflareKv({
    accountId: ACCOUNT,
    namespaceId: NAMESPACE,
    apiToken: TOKEN,
    baseUrl: server.url,
    pause: async (ms) => {
      pauses.push(ms);
    },
    ...options,
  });
}

describe("get", () => {
  test("asks for the key, encoded, with the token", async () => {
    server.store.set("default/head", { value: '{"generation":1}', metadata: undefined });
    expect(await kvWith({ apiToken: `${TOKEN}\n` }).get("default/head")).toBe('{"generation":1}');
    expect(server.requests).toEqual([
      { method: "GET", url: `${PATH}/values/default%2Fhead`, authorization: `Bearer ${TOKEN}`, body: "" },
    ]);
  });

  test("gives text beyond ASCII as it was", async () => {
    server.store.set("k", { value: "grün 🌱", metadata: undefined });
    expect(await kvWith().get("k")).toBe("grün 🌱");
  });

  test("a key that was never written is undefined", async () => {
    expect(await kvWith().get("default/head")).toBeUndefined();
  });
});

describe("put", () => {
  test("writes pairs with their metadata in one bulk call", async () => {
    const pairs = [
      { key: "default/shard/ab", value: "{}" },
      { key: "default/root/1", value: "grün", metadata: { generation: 1, time: 2 } },
    ];
    await kvWith().put(pairs);
    expect(server.requests).toMatchObject([
      { method: "PUT", url: `${PATH}/bulk`, authorization: `Bearer ${TOKEN}`, body: JSON.stringify(pairs) },
    ]);
    expect(server.store.get("default/root/1")).toEqual({
      value: "grün",
      metadata: { generation: 1, time: 2 },
    });
  });

  test("keeps to the limits of a call", async () => {
    const keys = ["a", "b", "c", "d", "e"];
    await kvWith({ limits: { pairs: 2, bytes: 1e6 } }).put(keys.map((key) => ({ key, value: key })));
    expect(server.requests).toHaveLength(3);
    expect([...server.store.keys()]).toEqual(keys);
  });

  test("writes nothing for no pairs", async () => {
    await kvWith().put([]);
    expect(server.requests).toEqual([]);
  });

  test("sends only unsuccessful keys again, not sooner than a key takes writes", async () => {
    server.unsuccessful.set("b", 2);
    await kvWith().put([
      { key: "a", value: "1" },
      { key: "b", value: "2" },
    ]);
    const sent = server.requests.map(({ body }) =>
      (JSON.parse(body) as { key: string }[]).map(({ key }) => key),
    );
    expect(sent).toEqual([["a", "b"], ["b"], ["b"]]);
    expect(server.store.get("b")?.value).toBe("2");
    expect(pauses).toEqual([1000, 1000]);
  });

  test("gives up on keys that stay unsuccessful, and begins no further batch", async () => {
    server.unsuccessful.set("a", 100);
    const kv = kvWith({ limits: { pairs: 1, bytes: 1e6 } });
    await expect(
      kv.put([
        { key: "a", value: "1" },
        { key: "b", value: "2" },
      ]),
    ).rejects.toMatchObject({
      reason: "incomplete",
      message: expect.stringContaining("1 keys (a …) were not written in 4 attempts") as string,
    });
    expect(server.requests).toHaveLength(4);
    expect(server.store.size).toBe(0);
  });
});

describe("list", () => {
  async function listed(prefix: string, signal?: AbortSignal): Promise<KvKey[]> {
    return allOf(kvWith().list(prefix, signal));
  }

  test("gives the keys of a prefix with their metadata", async () => {
    server.store.set("default/shard/b", { value: "2", metadata: { written: 7 } });
    server.store.set("default/shard/a", { value: "1", metadata: undefined });
    server.store.set("other/shard/c", { value: "3", metadata: undefined });
    expect(await listed("default/shard/")).toEqual([
      { key: "default/shard/a", metadata: undefined },
      { key: "default/shard/b", metadata: { written: 7 } },
    ]);
    expect(server.requests).toMatchObject([
      { method: "GET", url: `${PATH}/keys?prefix=default%2Fshard%2F&limit=1000` },
    ]);
  });

  test("follows cursors, also past an empty page", async () => {
    const keys = ["a", "b", "c", "d", "e"];
    for (const key of keys) server.store.set(key, { value: key, metadata: undefined });
    server.pageSize = 2;
    expect((await listed("")).map(({ key }) => key)).toEqual(keys);
    expect(server.requests).toHaveLength(5);
  });

  test("asks for no page that nobody wants", async () => {
    for (const key of ["a", "b", "c"]) server.store.set(key, { value: key, metadata: undefined });
    server.pageSize = 2;
    for await (const { key } of kvWith().list("")) if (key === "b") break;
    expect(server.requests).toHaveLength(1);
  });

  test.each<[string, Answer, string]>([
    ["a fault of the API", failure(503, 10001, "unavailable"), "unavailable"],
    ["a page that is no answer of the API", { status: 200, body: "<html>", headers: HTML }, "namespace"],
    ["another service's answer", { status: 200, body: { hello: "world" } }, "namespace"],
  ])("fails on %s, which is no empty listing", async (_name, answer, reason) => {
    server.answers.push(answer);
    await expect(listed("default/")).rejects.toMatchObject({
      reason,
      operation: expect.stringContaining("list default/…") as string,
    });
  });
});

describe("delete", () => {
  test("deletes keys in one bulk call, whether or not they exist", async () => {
    server.store.set("a", { value: "1", metadata: undefined });
    server.store.set("b", { value: "2", metadata: undefined });
    await kvWith().delete(["a", "none"]);
    expect([...server.store.keys()]).toEqual(["b"]);
    expect(server.requests).toMatchObject([
      { method: "POST", url: `${PATH}/bulk/delete`, body: JSON.stringify(["a", "none"]) },
    ]);
  });

  test("keeps to the limit of a call", async () => {
    const keys = Array.from({ length: 20_001 }, (_, i) => `k${i}`);
    await kvWith().delete(keys);
    const sent = server.requests.map(({ body }) => JSON.parse(body) as string[]);
    expect(sent.map((batch) => batch.length)).toEqual([10_000, 10_000, 1]);
    expect(sent.flat()).toEqual(keys);
  });

  test("sends no request for no keys", async () => {
    await kvWith().delete([]);
    expect(server.requests).toEqual([]);
  });

  test("sends only unsuccessful keys again, and gives up on those that stay so", async () => {
    server.unsuccessful.set("b", 2);
    await kvWith().delete(["a", "b"]);
    const sent = server.requests.map(({ body }) => JSON.parse(body) as string[]);
    expect([sent, pauses]).toEqual([
      [["a", "b"], ["b"], ["b"]],
      [1000, 1000],
    ]);
    server.unsuccessful.set("c", 100);
    await expect(kvWith().delete(["c"])).rejects.toMatchObject({
      reason: "incomplete",
      message: expect.stringContaining("1 keys (c …) were not deleted in 4 attempts") as string,
    });
  });
});

describe("a signal that was aborted", () => {
  const aborted = AbortSignal.abort();
  test.each<[string, (kv: Kv) => Promise<unknown>]>([
    ["get", (kv) => kv.get("a", aborted)],
    ["put", (kv) => kv.put([{ key: "a", value: "1" }], aborted)],
    ["list", (kv) => allOf(kv.list("a", aborted))],
    ["delete", (kv) => kv.delete(["a"], aborted)],
  ])("keeps %s from sending anything", async (_name, call) => {
    await expect(call(kvWith())).rejects.toMatchObject({ name: "PublishError", reason: "stopped" });
    expect(server.requests).toEqual([]);
  });

  test("in a pause between attempts, no further one begins", async () => {
    const abort = new AbortController();
    server.unsuccessful.set("a", 100);
    const pause = async () => {
      abort.abort();
      return Promise.reject(new DOMException("aborted", "AbortError"));
    };
    await expect(kvWith({ pause }).put([{ key: "a", value: "1" }], abort.signal)).rejects.toMatchObject({
      reason: "stopped",
    });
    expect(server.requests).toHaveLength(1);
  });

  test("between two batches, the second does not begin", async () => {
    const abort = new AbortController();
    const kv = kvWith({
      limits: { pairs: 1, bytes: 1e6 },
      fetch: async (...request) => {
        const response = await fetch(...request);
        abort.abort();
        return response;
      },
    });
    const pairs = ["a", "b"].map((key) => ({ key, value: key }));
    await expect(kv.put(pairs, abort.signal)).rejects.toMatchObject({ reason: "stopped" });
    expect(server.requests).toHaveLength(1);
  });
});

describe("failures", () => {
  const place = `KV namespace ${NAMESPACE} at http`;
  test.each<[string, Answer, { reason: string; message: RegExp; retryAfter?: number }]>([
    ["a wrong token", failure(401, 10000, "Authentication error"), { reason: "token", message: /API token/ }],
    [
      "a token without the permission",
      failure(403, 10000, "Authentication error"),
      { reason: "token", message: /API token/ },
    ],
    [
      "a token that is none",
      failure(400, 6003, "Invalid request headers"),
      { reason: "token", message: /API token/ },
    ],
    [
      "a namespace that does not exist",
      failure(404, 10013, "namespace not found"),
      { reason: "namespace", message: /namespace ID/ },
    ],
    [
      "a namespace ID that is none",
      failure(400, 10011, "malformed namespace ID"),
      { reason: "namespace", message: /namespace ID/ },
    ],
    [
      "an account that is none",
      failure(400, 7003, "Could not route"),
      { reason: "namespace", message: /account ID/ },
    ],
    [
      "a URL that is none of the API",
      { status: 404, body: "<html>" },
      { reason: "namespace", message: /KV URL/ },
    ],
    [
      "an error without a list of errors",
      { status: 400, body: { errors: "no" } },
      { reason: "rejected", message: /400/ },
    ],
    [
      "too many requests",
      failure(429, 10022, "too many requests", { "retry-after": "42" }),
      { reason: "limited", message: /API limit/, retryAfter: 42_000 },
    ],
    [
      "a fault of the API",
      failure(503, 10001, "service temporarily unavailable"),
      { reason: "unavailable", message: /503/ },
    ],
    [
      "any other refusal",
      failure(400, 10012, "malformed value"),
      { reason: "rejected", message: /malformed value/ },
    ],
  ])("%s", async (_name, answer, { reason, message, retryAfter }) => {
    server.answers.push(answer, answer);
    const expected = {
      name: "PublishError",
      reason,
      message: expect.stringMatching(message) as string,
      retryAfter,
    };
    const kv = kvWith();
    await expect(kv.get("default/head")).rejects.toMatchObject({
      ...expected,
      operation: expect.stringContaining(`read default/head from ${place}`) as string,
    });
    await expect(kv.put([{ key: "default/head", value: "x" }])).rejects.toMatchObject({
      ...expected,
      operation: expect.stringContaining(`write 1 keys (default/head …) to ${place}`) as string,
    });
    expect(server.requests).toHaveLength(2);
  });

  test("too many requests, of a server that does not say for how long", async () => {
    server.answers.push(failure(429, 10022, "too many requests"));
    await expect(kvWith().get("a")).rejects.toMatchObject({ reason: "limited", retryAfter: 60_000 });
  });

  test("a namespace that does not exist is not a missing key", async () => {
    await expect(kvWith({ namespaceId: "other" }).get("default/head")).rejects.toMatchObject({
      reason: "namespace",
    });
  });

  test("a page that is no answer of the API is not taken for success", async () => {
    server.answers.push({ status: 200, body: "<html>", headers: { "content-type": "text/html" } });
    await expect(kvWith().put([{ key: "a", value: "1" }])).rejects.toMatchObject({ reason: "namespace" });
  });

  test("an API that cannot be reached, with the cause", async () => {
    const fetchNothing: typeof fetch = () =>
      Promise.reject(new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") }));
    await expect(kvWith({ fetch: fetchNothing }).get("a")).rejects.toMatchObject({
      reason: "unavailable",
      message: expect.stringContaining("fetch failed: connect ECONNREFUSED") as string,
    });
  });

  test("an answer that is cut off", async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.error(new Error("socket hang up"));
      },
    });
    const fetchPart: typeof fetch = async () => new Response(body);
    await expect(kvWith({ fetch: fetchPart }).get("a")).rejects.toMatchObject({ reason: "unavailable" });
  });

  test("the SDK does not try again by itself", async () => {
    server.answers.push(failure(503, 10001, "unavailable", { "retry-after-ms": "1" }));
    await expect(kvWith().get("a")).rejects.toMatchObject({ reason: "unavailable" });
    expect(server.requests).toHaveLength(1);
  });

  test("an empty token is refused at once", () => {
    expect(() => kvWith({ apiToken: " \n" })).toThrow(expect.objectContaining({ reason: "token" }));
  });

  test("is given up when the agent stops", async () => {
    const abort = new AbortController();
    abort.abort();
    await expect(kvWith().get("a", abort.signal)).rejects.toMatchObject({
      reason: "stopped",
      message: expect.stringContaining("the agent stops") as string,
    });
  });
});
