import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { GATEWAY_HEADERS } from "../../contract/index.ts";
import { createEdge } from "../../worker/edge.ts";
import type { EdgeEnv } from "../../worker/env.ts";
import { Published } from "./support/published.ts";
import { hostOf, serviceOf } from "./support/records.ts";

const SYSTEM_HOST = "edge.lintel.test";
const DNS_QUERY = `http://${SYSTEM_HOST}/dns-query?dns=AAABAAABAAAAAAAAB2V4YW1wbGUEdGVzdAAAAQAB`;
const TOKEN = { LINTEL_DNS_ACCESS: "token", LINTEL_DNS_TOKEN: "let-me-in" } as const;
const LOOPBACK = { LINTEL_DNS_ACCESS: "loopback" } as const;
const PUBLIC = { LINTEL_DNS_ACCESS: "public", LINTEL_DNS_TOKEN: "let-me-in" } as const;

let published: Published;
let sent: Request | undefined;

beforeAll(async () => {
  published = await Published.create("named");
  await published.publish(
    { hosts: { "a.test": hostOf("PathPrefix /") }, services: { "shop/web": serviceOf("10.0.0.1") } },
    { generation: 7 },
  );
  for (const [key, text] of published.kv) await env.KV.put(key, text);
});

async function generationIn(
  url: string,
  vars: Partial<EdgeEnv>,
  headers: Record<string, string>,
): Promise<string | null> {
  const CLUSTER = {
    fetch: async (url: string, init: RequestInit) => {
      sent = new Request(url, init);
      return new Response("served", { headers: { "x-lintel-generation": "666" } });
    },
  } as unknown as Fetcher;
  const bindings: EdgeEnv = {
    KV: env.KV,
    CLUSTER,
    LINTEL_CLUSTERS: published.cluster,
    LINTEL_PUBLIC_KEY: published.publicKey,
    LINTEL_SYSTEM_HOST: SYSTEM_HOST,
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
  const response = await edge(
    new Request(url, { headers: { "cf-connecting-ip": "203.0.113.9", ...headers } }),
  );
  await response.body?.cancel();
  return response.headers.get("x-lintel-generation");
}

const local = (headers: Record<string, string>) => ({ ...headers, "cf-connecting-ip": "127.0.0.1" });

describe("the generation that answered", () => {
  it.each([
    ["to an operator's token", "http://a.test/", TOKEN, { "x-lintel-debug": "let-me-in" }, "7"],
    ["where nothing is served", "http://nobody.test/", TOKEN, { "x-lintel-debug": "let-me-in" }, "7"],
    ["with an answer of the resolver", DNS_QUERY, LOOPBACK, local({ "x-lintel-debug": "1" }), "7"],
    ["on the edge's own machine", "http://a.test/", LOOPBACK, local({ "x-lintel-debug": "1" }), "7"],
    ["not unasked", "http://a.test/", LOOPBACK, local({}), null],
    ["not without a token", "http://a.test/", TOKEN, { "x-lintel-debug": "" }, null],
    ["not to another token", "http://a.test/", TOKEN, { "x-lintel-debug": "let-me-out" }, null],
    [
      "not to the Service's own password",
      "http://a.test/",
      TOKEN,
      { authorization: "Bearer let-me-in" },
      null,
    ],
    ["not from afar where only loopback counts", "http://a.test/", LOOPBACK, { "x-lintel-debug": "1" }, null],
    [
      "not to everybody where the resolver is public",
      "http://a.test/",
      PUBLIC,
      { "x-lintel-debug": "1" },
      null,
    ],
  ] as const)("is said %s", async (_, url, vars, headers, expected) => {
    expect(await generationIn(url, vars, headers)).toBe(expected);
  });

  it("is a matter between operator and edge: the Service does not see the token", async () => {
    await generationIn("http://a.test/", TOKEN, { "x-lintel-debug": "let-me-in" });
    expect(sent?.headers.get(GATEWAY_HEADERS.host)).toBe("a.test");
    expect(sent?.headers.get("x-lintel-debug")).toBeNull();
  });
});
