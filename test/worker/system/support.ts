/** An edge on a KV namespace in memory, as its system host is asked. */
import { type KvGet } from "../../../worker/snapshot/head-source.ts";
import { createEdge } from "../../../worker/edge.ts";
import type { EdgeEnv } from "../../../worker/env.ts";
import type { Platform } from "../../../worker/platform.ts";
import type { Published } from "../support/published.ts";

export const HOST = "edge.lintel.test";
export const TOKEN = "let-me-in";
export const NOW = 1_790_000_060_000;

export interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly scheme?: "http" | "https";
}

/** Asks one isolate; a request shows the token, where its headers do not say otherwise. */
export function systemHost(
  published: Published,
  vars: Partial<EdgeEnv> = {},
  platform: Partial<Platform> = {},
): (path: string, asked?: Asked) => Promise<Response> {
  const get: KvGet = (key) => published.get(key, 0);
  const edge = createEdge(
    {
      KV: { get, list: async () => listOf(published) } as unknown as KVNamespace,
      LINTEL_CLUSTERS: published.cluster,
      LINTEL_PUBLIC_KEY: published.publicKey,
      LINTEL_SYSTEM_HOST: HOST,
      LINTEL_DNS_ACCESS: "token",
      LINTEL_DNS_TOKEN: TOKEN,
      ...vars,
    },
    {
      fetch: () => Promise.reject(new Error("nothing is fetched")),
      waitUntil: () => undefined,
      now: () => NOW,
      random: () => 0,
      delay: () => new Promise(() => undefined),
      log: () => undefined,
      ...platform,
    },
  );
  return (path, { method = "GET", headers = {}, body, scheme = "https" } = {}) =>
    edge(
      new Request(`${scheme}://${HOST}${path}`, {
        method,
        redirect: "manual",
        headers: { "cf-connecting-ip": "203.0.113.9", authorization: `Bearer ${TOKEN}`, ...headers },
        ...(body !== undefined && { body }),
      }),
    );
}

function listOf({ kv }: Published): object {
  return { keys: Array.from(kv.keys(), (name) => ({ name })), list_complete: true };
}
