/** How soon edges far away see a change, although their KV is as stale as Workers KV may be. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { headKey } from "../../../contract/index.ts";
import { createEdge, type Edge } from "../../../worker/edge.ts";
import type { EdgeEnv } from "../../../worker/env.ts";
import { SHORTEST_CACHE_TTL } from "../../../worker/snapshot/head-source.ts";
import { CentralKv, KvLocation } from "../support/kv-location.ts";
import { Published } from "../support/published.ts";
import { hostOf, serviceOf } from "../support/records.ts";

const SYSTEM = "edge.lintel.test";
/** What the issue asks for. */
const SOON_MS = 5_000;

let published: Published;
let central: CentralKv;
let now: number;
let behind: Promise<unknown>[];
let clusters = 0;

beforeEach(async () => {
  // Durable Objects outlive a test, so each has a cluster of its own.
  published = await Published.create(`stale-${++clusters}`);
  now = 1_790_000_060_000;
  central = new CentralKv(() => now);
  behind = [];
});

/** A new isolate at a place. */
function isolate(location: KvLocation, head: "object" | "KV alone" = "object"): Edge {
  const bindings: EdgeEnv = {
    KV: location.binding,
    ...(head === "object" && { HEAD: env.HEAD }),
    CLUSTER: { fetch: async () => new Response("from the cluster") } as unknown as Fetcher,
    LINTEL_CLUSTERS: published.cluster,
    LINTEL_PUBLIC_KEY: published.publicKey,
    LINTEL_SYSTEM_HOST: SYSTEM,
    LINTEL_DNS_ACCESS: "public",
  };
  return createEdge(bindings, {
    waitUntil: (work) => void behind.push(work),
    now: () => now,
    random: () => 0,
    delay: () => new Promise(() => undefined),
    log: () => undefined,
    fetch: () => Promise.reject(new Error("nothing is fetched")),
  });
}

async function ask(edge: Edge, url: string, init: RequestInit = {}): Promise<Response> {
  const response = await edge(new Request(url, { ...init, headers: { "cf-connecting-ip": "203.0.113.9" } }));
  while (behind.length > 0) await behind.shift();
  return response;
}

const serves = async (edge: Edge, path: string) => (await ask(edge, `http://a.test${path}`)).status === 200;

/** A generation whose only host has this path. Shards and root go to KV, and KV's head as well. */
async function publish(path: string): Promise<{ root: string; keys: string[] }> {
  const before = new Set(published.kv.keys());
  const root = await published.publish({
    hosts: { "a.test": hostOf(`Exact ${path}`) },
    services: { "shop/web": serviceOf(`10.0.0.${path.length}`) },
  });
  for (const [key, text] of published.kv) central.put(key, text);
  const keys = [...published.kv.keys()].filter((key) => !before.has(key));
  return { root, keys };
}

const put = async (edge: Edge, root: string) =>
  (await ask(edge, `http://${SYSTEM}/head`, { method: "PUT", body: root })).status;

/** Asks once a second; how many milliseconds it took until the path was served, `undefined` after two minutes. */
async function servedAfter(edge: Edge, path: string): Promise<number | undefined> {
  for (let waited = 0; waited <= 120_000; waited += 1000) {
    if (await serves(edge, path)) return waited;
    now += 1000;
  }
  return undefined;
}

describe("with the Durable Object", () => {
  it("an isolate elsewhere serves a change within five seconds, though its KV shows the old head", async () => {
    const [here, there] = [new KvLocation(central), new KvLocation(central)];
    const [near, far] = [isolate(here), isolate(there)];
    expect(await put(near, (await publish("/1")).root)).toBe(200);
    expect([await serves(near, "/1"), await serves(far, "/1")]).toEqual([true, true]);
    // Its place has KV's head in its cache: somebody else there has read it.
    await there.get(headKey(published.cluster), { type: "text", cacheTtl: SHORTEST_CACHE_TTL });

    now += 10_000;
    const { root, keys } = await publish("/22");
    expect(there.reads.filter((key) => keys.includes(key))).toEqual([]);
    expect(await put(near, root)).toBe(200);
    expect(await servedAfter(far, "/22")).toBeLessThanOrEqual(SOON_MS);
    expect(await serves(near, "/22")).toBe(true);
    const options = { type: "text", cacheTtl: SHORTEST_CACHE_TTL } as const;
    expect(await there.get(headKey(published.cluster), options)).toContain('"generation":1');
  });

  it("so does an isolate that begins just then, in a place that has served the old one", async () => {
    const there = new KvLocation(central);
    await put(isolate(new KvLocation(central)), (await publish("/1")).root);
    expect(await serves(isolate(there), "/1")).toBe(true);
    now += 1000;
    await put(isolate(new KvLocation(central)), (await publish("/22")).root);
    expect(await servedAfter(isolate(there), "/22")).toBe(0);
  });

  it("change by change, no key is read before it is written, so that no miss is ever cached", async () => {
    const there = new KvLocation(central);
    const [near, far] = [isolate(new KvLocation(central)), isolate(there)];
    for (let change = 1; change <= 8; change++) {
      const path = `/${"x".repeat(change)}`;
      const { root, keys } = await publish(path);
      expect(there.reads.filter((key) => keys.includes(key))).toEqual([]);
      await put(near, root);
      // Strangers ask for anything, at any time.
      await Promise.all(["/a", "/b"].map((unknown) => ask(far, `http://scan-${change}.test${unknown}`)));
      expect(await servedAfter(far, path)).toBeLessThanOrEqual(SOON_MS);
      now += 700;
    }
  });
});

describe("without it", () => {
  it("the same isolate serves the old generation for longer, but follows in the end", async () => {
    const far = isolate(new KvLocation(central), "KV alone");
    await publish("/1");
    expect(await serves(far, "/1")).toBe(true);
    now += 10_000;
    await publish("/22");
    const waited = await servedAfter(far, "/22");
    expect(waited).toBeGreaterThan(SOON_MS);
    expect(waited).toBeLessThanOrEqual(60_000 + SHORTEST_CACHE_TTL * 1000 + 1000);
  });
});

it("a miss that a place has cached all the same is not believed for longer than KV's shortest time", async () => {
  const there = new KvLocation(central);
  const [near, far] = [isolate(new KvLocation(central)), isolate(there)];
  await put(near, (await publish("/1")).root);
  expect(await serves(far, "/1")).toBe(true);
  const services = { "shop/web": serviceOf("10.0.0.9") };
  const text = await published.publish({ hosts: { "a.test": hostOf("Exact /22") }, services });
  const shards = [...published.kv.keys()].filter((key) => key.includes("/shard/"));
  // Somebody asks for the shards too soon.
  for (const key of shards) await there.get(key, { type: "text", cacheTtl: SHORTEST_CACHE_TTL });
  for (const [key, value] of published.kv) central.put(key, value);
  await put(near, text);
  expect(await servedAfter(far, "/22")).toBeLessThanOrEqual(SHORTEST_CACHE_TTL * 1000 + SOON_MS);
});
