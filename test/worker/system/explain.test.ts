import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, test } from "vitest";
import { createEdge } from "../../../worker/edge.ts";
import type { EdgeEnv } from "../../../worker/env.ts";
import { Published } from "../support/published.ts";
import { hostOf, serviceOf } from "../support/records.ts";

const HOST = "edge.lintel.test";
let published: Published;

beforeAll(async () => {
  published = await Published.create("explained");
  await published.publish({
    hosts: { "a.test": hostOf("PathPrefix /") },
    services: { "shop/web": serviceOf("10.0.0.1") },
  });
  for (const [key, text] of published.kv) await env.KV.put(key, text);
});

function ask(
  query: string,
  vars: Partial<EdgeEnv> = {},
  headers: Record<string, string> = {},
  cluster = published.cluster,
): Promise<Response> {
  const bindings: EdgeEnv = {
    KV: env.KV,
    LINTEL_CLUSTERS: cluster,
    LINTEL_PUBLIC_KEY: published.publicKey,
    LINTEL_SYSTEM_HOST: HOST,
    LINTEL_DNS_ACCESS: "token",
    LINTEL_DNS_TOKEN: "let-me-in",
    ...vars,
  };
  const edge = createEdge(bindings, {
    fetch: () => Promise.reject(new Error("nothing is fetched")),
    waitUntil: () => undefined,
    now: () => 1_790_000_060_000,
    random: () => 0,
    delay: () => new Promise(() => undefined),
    log: () => undefined,
  });
  const request = new Request(`http://${HOST}/explain${query}`, {
    headers: { "cf-connecting-ip": "203.0.113.9", authorization: "Bearer let-me-in", ...headers },
  });
  return edge(request);
}

const URL_A = `?url=${encodeURIComponent("http://a.test/x")}`;

it("explains from the snapshot that is served", async () => {
  const response = await ask(`${URL_A}&method=post&header=X-A%3A%201&address=10.0.0.9`);
  expect([response.status, response.headers.get("cache-control")]).toEqual([200, "no-store"]);
  expect(await response.json()).toMatchObject({
    generation: 1,
    request: { method: "POST", url: "http://a.test/x", address: "10.0.0.9" },
    backends: [{ service: "shop/web", endpoints: ["10.0.0.1:8080"] }],
    outcome: { kind: "forwarded" },
    seen: [
      { service: "shop/web", port: 80, ready: 1, endpoints: [{ address: "10.0.0.1:8080", state: "ready" }] },
    ],
  });
});

describe("who may ask", () => {
  test.each<[string, Partial<EdgeEnv>, Record<string, string>, number]>([
    ["with the token", {}, {}, 200],
    ["with another", {}, { authorization: "Bearer let-him-in" }, 401],
    ["without one", {}, { authorization: "" }, 401],
    ["of a resolver that is public, with the token all the same", { LINTEL_DNS_ACCESS: "public" }, {}, 200],
    ["of a resolver that is public, without", { LINTEL_DNS_ACCESS: "public" }, { authorization: "" }, 401],
    [
      "of a resolver that is public and has no token",
      { LINTEL_DNS_ACCESS: "public", LINTEL_DNS_TOKEN: "" },
      {},
      403,
    ],
    ["from another machine where only this one may", { LINTEL_DNS_ACCESS: "loopback" }, {}, 403],
    ["from this machine", { LINTEL_DNS_ACCESS: "loopback" }, { "cf-connecting-ip": "127.0.0.1" }, 200],
  ])("%s", async (_, vars, headers, status) => {
    expect((await ask(URL_A, vars, headers)).status).toBe(status);
  });
});

test.each([
  ["no URL", "", 400],
  ["something else than a URL", "?url=a.test", 400],
  ["a URL of another kind", "?url=ftp%3A%2F%2Fa.test", 400],
  ["a header without a colon", `${URL_A}&header=x`, 400],
  ["a header that is none", `${URL_A}&header=a%20b%3A%20c`, 400],
  ["an address that is none", `${URL_A}&address=x`, 400],
])("refuses %s", async (_, query, status) => {
  expect((await ask(query)).status).toBe(status);
});

it("has nothing to say before the first snapshot", async () => {
  expect((await ask(URL_A, {}, {}, "nothing-yet")).status).toBe(503);
});
