import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, test } from "vitest";
import { CONTRACT_VERSION, encodePurge, headKey } from "../../../contract/index.ts";
import { createEdge, type Edge } from "../../../worker/edge.ts";
import type { EdgeEnv } from "../../../worker/env.ts";
import { Published } from "../support/published.ts";
import { hostOf, serviceOf } from "../support/records.ts";

const HOST = "edge.lintel.test";
let published: Published;
let edge: Edge;
let now: number;
let behind: Promise<unknown>[];
let clusters = 0;

beforeEach(async () => {
  // Storage is shared by the tests of a file, so each has a cluster of its own.
  published = await Published.create(`test-${++clusters}`);
  now = 1_790_000_060_000;
  behind = [];
  edge = newEdge();
});

function newEdge(vars: Partial<EdgeEnv> = {}): Edge {
  const bindings: EdgeEnv = {
    KV: env.KV,
    HEAD: env.HEAD,
    CLUSTER: { fetch: async () => new Response("from the cluster") } as unknown as Fetcher,
    LINTEL_CLUSTERS: published.cluster,
    LINTEL_PUBLIC_KEY: published.publicKey,
    LINTEL_SYSTEM_HOST: HOST,
    LINTEL_DNS_ACCESS: "public",
    ...vars,
  };
  return createEdge(bindings, {
    fetch: () => Promise.reject(new Error("nothing is fetched but through CLUSTER")),
    waitUntil: (work) => void behind.push(work),
    now: () => now,
    random: () => 0,
    delay: () => new Promise(() => undefined),
    log: () => undefined,
  });
}

const ask = (path: string, init: RequestInit = {}, host = HOST) =>
  edge(
    new Request(`http://${host}${path}`, {
      ...init,
      headers: { "cf-connecting-ip": "203.0.113.9", ...(init.headers as Record<string, string> | undefined) },
    }),
  );
const put = (body: string) => ask("/head", { method: "PUT", body });

/** Everything but the head, as after a publish that goes by way of `PUT /head`. */
async function publish(...[records, options]: Parameters<Published["publish"]>): Promise<string> {
  const root = await published.publish(records, options);
  for (const [key, text] of published.kv) if (key !== headKey(published.cluster)) await env.KV.put(key, text);
  return root;
}

const RECORDS = {
  hosts: { "a.test": hostOf("PathPrefix /") },
  services: { "shop/web": serviceOf("10.0.0.1") },
};

describe("/head", () => {
  it("takes a signed root, serves it at once, and gives it back", async () => {
    expect((await ask("/head")).status).toBe(404);
    const root = await publish(RECORDS);
    const answer = await put(root);
    expect([answer.status, await answer.json()]).toEqual([200, { generation: 1 }]);
    expect(await (await ask("/", {}, "a.test")).text()).toBe("from the cluster");
    expect(await (await ask("/head")).text()).toBe(root);
  });

  it("is the same for all isolates, and outlives them", async () => {
    await put(await publish(RECORDS));
    edge = newEdge();
    expect((await ask("/", {}, "a.test")).status).toBe(200);
  });

  it("takes the same root twice and refuses to go backwards", async () => {
    const first = await publish(RECORDS);
    const second = await publish(RECORDS);
    expect((await put(second)).status).toBe(200);
    expect((await put(second)).status).toBe(200);
    expect((await put(first)).status).toBe(409);
    expect(await (await ask("/head")).text()).toBe(second);
  });

  test.each<[string, (root: string) => string]>([
    ["that is not signed by the agent", (root) => `${root.slice(0, -1)}${root.endsWith("0") ? "1" : "0"}`],
    ["that is none", () => "hello"],
    ["of another cluster", (root) => root],
  ])("refuses a root %s", async (what, spoil) => {
    const cluster = what.includes("cluster") ? "other" : published.cluster;
    expect((await put(spoil(await publish(RECORDS, { cluster })))).status).toBe(422);
    expect((await ask("/head")).status).toBe(404);
  });

  it("refuses more than a root can be", async () => {
    expect((await put("x".repeat(1024 * 1024 + 1))).status).toBe(413);
  });
});

describe("/healthz and /status", () => {
  it("tell of an edge without a snapshot", async () => {
    expect((await ask("/healthz")).status).toBe(503);
    expect(await (await ask("/status")).json()).toEqual({ lastError: null });
    const refused = await ask("/x", {}, "a.test");
    expect(refused.status).toBe(503);
    expect(await refused.text()).toContain("no configuration");
  });

  it("tell what is served, and how old it is", async () => {
    await put(await publish(RECORDS));
    expect((await ask("/healthz")).status).toBe(200);
    expect(await (await ask("/status")).json()).toEqual({
      cluster: published.cluster,
      generation: 1,
      published: "2026-09-21T14:13:20.000Z",
      ageSeconds: 60,
      counts: { addresses: 0, certificates: 0, hosts: 1, services: 1, zones: 0 },
      lastError: null,
    });
  });

  it("tell which generation was rolled back to", async () => {
    await put(
      await publish(RECORDS, { edit: (root) => ({ ...root, hold: { generation: 3, reason: "broken" } }) }),
    );
    expect(await (await ask("/status")).json()).toMatchObject({ generation: 1, hold: 3 });
  });

  it("tell why the head is not followed", async () => {
    await put(await publish(RECORDS));
    await env.HEAD.getByName(published.cluster).offer(9, "garbage");
    now += 10_000;
    const status = await (await ask("/status")).json<{ generation: number; lastError: string }>();
    expect(status.generation).toBe(1);
    expect(status.lastError).toMatch(/^MalformedError: root/);
  });
});

describe("the edge", () => {
  it("follows the head in KV where no root was handed in", async () => {
    await publish(RECORDS);
    await env.KV.put(headKey(published.cluster), published.kv.get(headKey(published.cluster)) ?? "");
    expect((await ask("/", {}, "a.test")).status).toBe(200);
  });

  it("serves its own endpoints on the system host alone, whatever the snapshot says", async () => {
    await put(
      await publish({ ...RECORDS, hosts: { [HOST]: hostOf("PathPrefix /"), "a.test": hostOf("Exact /x") } }),
    );
    expect((await ask("/x")).status).toBe(404);
    expect((await ask("/healthz", {}, "a.test")).status).toBe(404);
    expect((await ask("/healthz", {}, `${HOST.toUpperCase()}.`)).status).toBe(200);
  });

  test.each([
    ["GET", "/a/..%2f..%2f", 400],
    ["TRACE", "/", 405],
    ["GET", "/elsewhere", 404],
  ])("answers %s %s with %i", async (method, path, status) => {
    await put(await publish({ hosts: { "a.test": hostOf("Exact /") } }));
    const request = new Request(`http://a.test${path}`, { headers: { "cf-connecting-ip": "203.0.113.9" } });
    // Fetch refuses to make such a request; a client does not.
    Object.defineProperty(request, "method", { value: method });
    const response = await edge(request);
    expect(response.status).toBe(status);
    expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f]{32}$/);
  });

  describe("when a part of the new generation cannot be read", () => {
    const others = Object.fromEntries(
      Array.from({ length: 1500 }, (_, i) => [`shop/s${i}`, serviceOf(`10.1.${i >> 8}.${i & 255}`)] as const),
    );
    const records = {
      hosts: { "a.test": hostOf("PathPrefix /"), "b.test": hostOf("PathPrefix / shop/s1") },
      zones: { "namespace/shop": { kind: "namespace" as const } },
      services: { ...others, ...RECORDS.services },
    };
    let unreadable: Set<string>;

    beforeEach(async () => {
      unreadable = new Set();
      const get = (key: string, options: KVNamespaceGetOptions<"text">) =>
        unreadable.has(key) ? Promise.resolve(null) : env.KV.get(key, options);
      edge = newEdge({ KV: { get } as unknown as KVNamespace });
      await put(await publish(records));
      expect((await ask("/", {}, "a.test")).status).toBe(200);
      const before = new Set(published.kv.keys());
      const next = await publish({
        ...records,
        services: { ...records.services, "shop/s1": serviceOf("10.9.9.9") },
      });
      for (const key of published.kv.keys()) if (!before.has(key)) unreadable.add(key);
      expect((await put(next)).status).toBe(200);
    });
    const serviceShards = () => [...published.kv.keys()].filter((key) => key.includes("/shard/"));
    const resolve = async () => {
      const answer = await ask("/dns-query?dns=AAABAAABAAAAAAAAAnMxBHNob3ADc3ZjB2NsdXN0ZXIFbG9jYWwAAAEAAQ");
      return (new Uint8Array(await answer.arrayBuffer())[3] ?? 0) & 0xf;
    };

    it("a request is served whole from the one before", async () => {
      expect((await ask("/", {}, "b.test")).status).toBe(200);
      expect(await resolve()).toBe(0);
    });

    it("and is refused only when that cannot be read either", async () => {
      for (const key of serviceShards()) unreadable.add(key);
      expect((await ask("/", {}, "b.test")).status).toBe(503);
      expect(await resolve()).toBe(2);
    });
  });

  it("answers with its own page when something of its own fails on the system host", async () => {
    const down = () => {
      throw new Error("down");
    };
    edge = newEdge({ HEAD: { getByName: down } as unknown as NonNullable<EdgeEnv["HEAD"]> });
    const order = { version: CONTRACT_VERSION, cluster: published.cluster, time: now } as const;
    const body = await encodePurge(order, published.signer);
    const response = await ask("/purge", { method: "POST", body, headers: { accept: "application/json" } });
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({
      status: 500,
      requestId: response.headers.get("x-request-id"),
    });
  });

  test.each([
    ["POST", "/healthz", "GET, HEAD"],
    ["DELETE", "/status", "GET, HEAD"],
    ["POST", "/head", "GET, HEAD, PUT"],
  ])("answers %s %s with 405", async (method, path, allow) => {
    const response = await ask(path, { method });
    expect([response.status, response.headers.get("allow")]).toEqual([405, allow]);
  });

  it("refuses a host with an empty label", async () => {
    expect((await ask("/healthz", {}, `${HOST}..`)).status).toBe(400);
  });

  it("refuses who did not come through the listener", async () => {
    edge = newEdge({ LINTEL_CLIENT_SECRET: "secret" });
    expect((await ask("/healthz")).status).toBe(400);
  });

  test.each([
    [{ LINTEL_PUBLIC_KEY: "" }, "LINTEL_PUBLIC_KEY"],
    [{ LINTEL_PUBLIC_KEY: "garbage" }, "LINTEL_PUBLIC_KEY"],
    [{ LINTEL_SYSTEM_HOST: "*" }, "LINTEL_SYSTEM_HOST"],
    [{ LINTEL_CLUSTERS: "a,b" }, "LINTEL_CLUSTERS"],
    [{ LINTEL_SYSTEM_HOST: "not a host" }, "LINTEL_SYSTEM_HOST"],
    [{ LINTEL_DNS_ACCESS: "everyone" }, "LINTEL_DNS_ACCESS"],
  ])("names the variable that is wrong: %j", (vars, name) => {
    expect(() => newEdge(vars)).toThrow(name);
  });
});
