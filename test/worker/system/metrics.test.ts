import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { createEdge, type Edge } from "../../../worker/edge.ts";
import { Published } from "../support/published.ts";

const HOST = "edge.lintel.test";
let edge: Edge;

beforeAll(async () => {
  const published = await Published.create("counted");
  await published.publish({});
  for (const [key, text] of published.kv) await env.KV.put(key, text);
  edge = createEdge(
    {
      KV: env.KV,
      LINTEL_CLUSTERS: published.cluster,
      LINTEL_PUBLIC_KEY: published.publicKey,
      LINTEL_SYSTEM_HOST: HOST,
      LINTEL_DNS_ACCESS: "token",
      LINTEL_DNS_TOKEN: "let-me-in",
    },
    {
      fetch: () => Promise.reject(new Error("nothing is fetched")),
      waitUntil: () => undefined,
      now: () => 1_790_000_060_000,
      random: () => 0,
      delay: () => new Promise(() => undefined),
      log: () => undefined,
    },
  );
});

const get = (path: string, token?: string) =>
  edge(
    new Request(`http://${HOST}${path}`, {
      headers: { "cf-connecting-ip": "203.0.113.9", ...(token && { authorization: `Bearer ${token}` }) },
    }),
  );

test("whoever shows the token sees what was counted", async () => {
  await get("/dns-query?name=a.example", "let-me-in");
  const response = await get("/metrics", "let-me-in");
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(await response.text()).toContain(
    'lintel_edge_dns_answers_total{zone=".",type="A",rcode="REFUSED",asker="none"} 1\n',
  );
});

test("nobody else does", async () => {
  expect((await get("/metrics")).status).toBe(401);
  expect((await get("/metrics", "wrong")).status).toBe(401);
});
