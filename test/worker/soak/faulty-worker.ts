/**
 * The edge's Worker, behind whose back its storage misbehaves as Workers KV and Durable Objects may: a KV that answers
 * late, not at all, or out of a location's cache (values and misses alike), and a head object that is down. What it does
 * is set over HTTP, with PUT of Faults to any URL that ends in FAULTS_PATH; nothing until then.
 */
import edge, { HeadObject, LimitObject } from "../../../worker/index.ts";
import type { EdgeEnv } from "../../../worker/env.ts";
import { FAULTS_PATH, type Faults } from "./faults.ts";

export { HeadObject, LimitObject };

const NONE: Faults = { kvErrors: 0, kvDelayMs: 0, kvCacheMs: 0, headDown: false };

let faults = NONE;
/** The location's cache. */
const cache = new Map<string, { readonly value: string | null; readonly since: number }>();
const MOST_CACHED = 100;
const wrapped = new WeakMap<EdgeEnv, EdgeEnv>();

async function kvGet(env: EdgeEnv, key: string, cacheTtl: number): Promise<string | null> {
  const { kvErrors, kvDelayMs, kvCacheMs } = faults;
  if (kvDelayMs > 0) {
    const ms = Math.random() * kvDelayMs;
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
  const cached = cache.get(key);
  const lifetime = Math.min(kvCacheMs, cacheTtl * 1000);
  if (cached !== undefined && Date.now() - cached.since < lifetime) return cached.value;
  if (Math.random() < kvErrors) throw new Error("KV GET failed: 500 Internal Server Error");
  const value = await env.KV.get(key, { type: "text" });
  if (kvCacheMs > 0) {
    cache.delete(key);
    cache.set(key, { value, since: Date.now() });
    for (const [oldest, { since }] of cache) {
      if (Date.now() - since < kvCacheMs && cache.size <= MOST_CACHED) break;
      cache.delete(oldest);
    }
  }
  return value;
}

function withFaults(env: EdgeEnv): EdgeEnv {
  let faulty = wrapped.get(env);
  if (faulty === undefined) {
    const KV = {
      get: (key: string, options: { cacheTtl?: number }) => kvGet(env, key, options.cacheTtl ?? 60),
    };
    const HEAD = {
      getByName(name: string) {
        if (faults.headDown) throw new Error("the Durable Object is overloaded");
        return env.HEAD?.getByName(name);
      },
    };
    faulty = {
      ...env,
      KV: KV as unknown as EdgeEnv["KV"],
      HEAD: HEAD as unknown as NonNullable<EdgeEnv["HEAD"]>,
    };
    wrapped.set(env, faulty);
  }
  return faulty;
}

export default {
  async fetch(request, env): Promise<Response> {
    if (request.method === "PUT" && new URL(request.url).pathname === FAULTS_PATH) {
      faults = { ...NONE, ...(await request.json<Partial<Faults>>()) };
      if (faults.kvCacheMs === 0) cache.clear();
      return new Response(null, { status: 204 });
    }
    return edge.fetch(request, withFaults(env));
  },
} satisfies ExportedHandler<EdgeEnv>;
