import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { GATEWAY_HEADERS } from "../../contract/index.ts";
import { createEdge, type Edge } from "../../worker/edge.ts";
import type { EdgeEnv } from "../../worker/env.ts";
import { Published } from "./support/published.ts";
import { hostOf, serviceOf } from "./support/records.ts";

const SYSTEM_HOST = "edge.lintel.test";
let published: Published;
/** What was fetched from anywhere but a binding. */
let fetched: Request[];
let logged: string[];

beforeEach(async () => {
  published = await Published.create(crypto.randomUUID());
  await published.publish({
    hosts: { "a.test": hostOf("PathPrefix /") },
    services: { "shop/web": serviceOf("10.0.0.1") },
  });
  for (const [key, text] of published.kv) await env.KV.put(key, text);
  fetched = [];
  logged = [];
});

/** An edge that has no CLUSTER bound. */
function ask(url: string, vars: Partial<EdgeEnv>): Promise<Response> {
  const bindings: EdgeEnv = {
    KV: env.KV,
    LINTEL_CLUSTERS: published.cluster,
    LINTEL_PUBLIC_KEY: published.publicKey,
    LINTEL_SYSTEM_HOST: SYSTEM_HOST,
    LINTEL_DNS_ACCESS: "public",
    LINTEL_GATEWAY_SECRET: "s3cret",
    ...vars,
  };
  const edge = createEdge(bindings, {
    fetch: async (url, init) => {
      fetched.push(new Request(url, init));
      return new Response("from the gateway");
    },
    waitUntil: () => undefined,
    now: () => 1_790_000_060_000,
    random: () => 0,
    delay: () => new Promise(() => undefined),
    log: (_, fields) => void logged.push(JSON.stringify(fields)),
  });
  return edge(new Request(url, { headers: { "cf-connecting-ip": "203.0.113.9" } }));
}

describe("an edge without a CLUSTER binding", () => {
  it("reaches the cluster through the gateway's public address", async () => {
    const answer = await ask("https://a.test/x?y", { LINTEL_GATEWAY_URL: "https://gateway.example.com" });
    expect(await answer.text()).toBe("from the gateway");
    const [sent] = fetched;
    expect(sent?.url).toBe("https://gateway.example.com/x?y");
    expect(sent?.redirect).toBe("manual");
    expect(sent?.headers.get(GATEWAY_HEADERS.host)).toBe("a.test");
    expect(sent?.headers.get(GATEWAY_HEADERS.upstream)).toBe("http://10.0.0.1:8080");
    expect(sent?.headers.get(GATEWAY_HEADERS.secret)).toBe("s3cret");
  });

  it("answers 502 without an address, and logs what to configure", async () => {
    const answer = await ask("https://a.test/", {});
    expect(answer.status).toBe(502);
    expect(logged.join("\n")).toContain("set LINTEL_GATEWAY_URL");
    expect(fetched).toEqual([]);
  });

  it("answers DNS all the same", async () => {
    const query = new URLSearchParams({ dns: "AAABAAABAAAAAAAAB2V4YW1wbGUEdGVzdAAAAQAB" });
    const answer = await ask(`https://${SYSTEM_HOST}/dns-query?${query}`, {});
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/dns-message"]);
  });
});

describe("while the signing key is changed, the agent's first and the edge's then", () => {
  let renewed: Published;

  /** An isolate that has just started, with both heads bound. */
  function newIsolate(publicKey: string): Edge {
    const bindings: EdgeEnv = {
      KV: env.KV,
      HEAD: env.HEAD,
      CLUSTER: { fetch: async () => new Response("served") } as unknown as Fetcher,
      LINTEL_CLUSTERS: published.cluster,
      LINTEL_PUBLIC_KEY: publicKey,
      LINTEL_SYSTEM_HOST: SYSTEM_HOST,
    };
    return createEdge(bindings, {
      fetch: () => Promise.reject(new Error("nothing is fetched but through CLUSTER")),
      waitUntil: () => undefined,
      now: () => 1_790_000_060_000,
      random: () => 0,
      delay: () => new Promise(() => undefined),
      log: () => undefined,
    });
  }
  const generationOf = async (edge: Edge) => {
    const request = new Request(`http://${SYSTEM_HOST}/status`, {
      headers: { "cf-connecting-ip": "203.0.113.9" },
    });
    const { generation } = await (await edge(request)).json<{ generation: number | null }>();
    return generation;
  };

  beforeEach(async () => {
    // Generation 1 is in the Durable Object. The agent, with its new key, has written generation 2 to KV.
    const root = [...published.kv].find(([key]) => key.includes("/root/"))?.[1] ?? "";
    await env.HEAD.getByName(published.cluster).offer(1, root);
    renewed = await Published.create(published.cluster);
    await renewed.publish({}, { generation: 2 });
    for (const [key, text] of renewed.kv) await env.KV.put(key, text);
  });

  it("goes on with the old generation by the old key", async () => {
    expect(await generationOf(newIsolate(published.publicKey))).toBe(1);
  });

  it("finds the new generation in KV by the new key", async () => {
    expect(await generationOf(newIsolate(renewed.publicKey))).toBe(2);
  });
});
