import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type CloudflareKvOptions, createCloudflareKv } from "../../../sync-agent/publish/cloudflare-kv.ts";
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

  test("the SDK's own retries can be had", async () => {
    server.answers.push(failure(503, 10001, "unavailable", { "retry-after-ms": "1" }));
    expect(await kvWith({ maxRetries: 1 }).get("a")).toBeUndefined();
    expect(server.requests).toHaveLength(2);
  });

  test("an empty token is refused at once", () => {
    expect(() => kvWith({ apiToken: " \n" })).toThrow(expect.objectContaining({ reason: "token" }));
  });

  test("is given up when the agent stops", async () => {
    const abort = new AbortController();
    abort.abort();
    await expect(kvWith().get("a", abort.signal)).rejects.toMatchObject({
      reason: "unavailable",
      message: expect.stringContaining("the agent stops") as string,
    });
  });
});
