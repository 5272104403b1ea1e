import { beforeAll, describe, expect, it, test } from "vitest";
import type { ServiceRecord } from "../../../contract/index.ts";
import { Published } from "../support/published.ts";
import { hostOf, serviceOf } from "../support/records.ts";
import { systemHost } from "../system/support.ts";

const HOSTILE = '/<script>alert("1")</script>';
const UNREADY: ServiceRecord = {
  kind: "clusterIP",
  clusterIPs: ["10.96.0.11"],
  ports: [{ name: "http", protocol: "TCP", port: 80 }],
  subsets: [
    {
      ports: [{ name: "http", protocol: "TCP", port: 8080 }],
      endpoints: [{ address: "10.0.0.9", ready: false, pod: "unready-7d9f" }],
    },
  ],
};
let ask: ReturnType<typeof systemHost>;

beforeAll(async () => {
  const published = await Published.create("pages");
  const many = Object.fromEntries(
    Array.from({ length: 300 }, (_, i) => [`h${i}.many.test`, hostOf("PathPrefix / shop/web")]),
  );
  await published.publish({
    hosts: {
      "gone.test": hostOf("PathPrefix / shop/gone"),
      "unready.test": hostOf("PathPrefix / shop/unready"),
      ...many,
    },
    services: { "shop/web": serviceOf("10.0.0.1"), "shop/gone": serviceOf(), "shop/unready": UNREADY },
  });
  const hostile = hostOf("PathPrefix / shop/web", `Exact ${HOSTILE} shop/web`);
  await published.publish({
    hosts: {
      "gone.test": hostOf("PathPrefix / shop/gone"),
      "unready.test": hostOf("PathPrefix / shop/unready"),
      "hostile.test": hostile,
      ...many,
    },
    services: {
      "shop/web": serviceOf("10.0.0.1", "10.0.0.2"),
      "shop/gone": serviceOf(),
      "shop/unready": UNREADY,
    },
    addresses: { "10.0.0.0/24": { names: { "10.0.0.2": [{ service: "shop/web", endpoint: "10-0-0-2" }] } } },
  });
  ask = systemHost(published);
});

async function page(path: string): Promise<string> {
  const response = await ask(path, { headers: { accept: "text/html" } });
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  return (await response.text()).replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
}

describe("what an on-call person asks", () => {
  test.each([
    ["what changed", "/history", "From generation 1 to 2"],
    ["what changed, which host", "/history", "hostile.test"],
    ["what changed, which endpoints", "/history", "10.0.0.2 added"],
    ["how to go back", "/history", "lintel rollback --to 1"],
    ["why 503", "/explain?url=http%3A%2F%2Fgone.test%2F", "No endpoint is ready."],
    [
      "why 503, and what to look at",
      "/explain?url=http%3A%2F%2Fgone.test%2F",
      "Service shop/gone:80 has no endpoints: no pod fits its selector, or none has been started.",
    ],
    [
      "why 503, where pods are not ready",
      "/explain?url=http%3A%2F%2Funready.test%2F",
      "Service shop/unready:80 has 1 endpoint, and the cluster calls none of them ready. See why: " +
        "kubectl describe pods -n shop unready-7d9f",
    ],
    ["what failed", "/failures", "No request has failed since this isolate began."],
    [
      "why 503, from the overview",
      "/",
      "Service shop/gone Routes lead to it and none of its endpoints is ready",
    ],
    ["which pod", "/hosts/hostile.test", "10.0.0.2:8080"],
    ["whose address this is", "/hosts?q=10.0.0.2", "10.0.0.2 is endpoint 10-0-0-2 of Service shop/web"],
    ["who answers this name", "/dns?name=web.shop.svc.cluster.local", "Plugin kubernetes answered"],
    [
      "and with what",
      "/dns?name=web.shop.svc.cluster.local",
      "web.shop.svc.cluster.local. 5 IN A 10.96.0.10",
    ],
    ["what an address is called", "/dns?name=10.0.0.2", "2.0.0.10.in-addr.arpa."],
    ["whether the agent is well", "/", "No agent has reported to this edge"],
    ["what traffic there is", "/traffic", "No request has come to a route of late."],
  ])("%s", async (_, path, answer) => {
    expect(await page(path)).toContain(answer);
  });
});

it.each([
  "/hosts/hostile.test",
  "/history",
  `/explain?url=${encodeURIComponent(`http://hostile.test${HOSTILE}`)}`,
])("writes hostile paths as text: %s", async (path) => {
  const text = await (await ask(path, { headers: { accept: "text/html" } })).text();
  expect(text).not.toContain("<script>alert");
  expect(text).toMatch(/&lt;script&gt;alert|%3Cscript%3E/);
});

test.each([
  ["/hosts", ["303 hosts", "h0.many.test"]],
  ["/hosts?q=h29", ["11 hosts", "h29.many.test", "h299.many.test"]],
  ["/hosts?q=shop/gone", ["1 host", "gone.test", "503"]],
  ["/hosts?q=nowhere", ["No host, Ingress or Service has that in its name."]],
])("finds hosts: %s", async (path, texts) => {
  const text = await page(path);
  for (const part of texts) expect(text).toContain(part);
});

it("stays under 60 KB with its style and script", async () => {
  const html = await (await ask("/hosts", { headers: { accept: "text/html" } })).text();
  const assets = [...html.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path = ""]) => path);
  let bytes = html.length;
  for (const path of new Set(assets)) {
    const response = await ask(path, { headers: { authorization: "" } });
    expect([response.status, response.headers.get("cache-control")]).toEqual([
      200,
      "public, max-age=31536000, immutable",
    ]);
    bytes += (await response.arrayBuffer()).byteLength;
  }
  expect(assets.length).toBeGreaterThan(2);
  expect(bytes).toBeLessThan(60_000);
});

test.each([
  ["/hosts/no.test", 404],
  ["/explain?url=nothing", 400],
  ["/nowhere", 404],
])("%s answers %d", async (path, status) => {
  expect((await ask(path, { headers: { accept: "text/html" } })).status).toBe(status);
});

it("still explains in JSON to those who ask for no page", async () => {
  const response = await ask("/explain?url=http%3A%2F%2Fgone.test%2F");
  expect(await response.json()).toMatchObject({ outcome: { status: 503 } });
});

describe("a large cluster, at the first page of an isolate", () => {
  const many = (what: (n: number) => [string, unknown]) =>
    Object.fromEntries(Array.from({ length: 6_000 }, (_, n) => what(n)));
  let large: Published;

  beforeAll(async () => {
    large = await Published.create("large");
    await large.publish({
      hosts: many((n) => [`h${n}.test`, hostOf(`PathPrefix / shop/web-${n}`)]) as never,
      services: many((n) => [`shop/web-${n}`, serviceOf(...(n === 7 ? [] : ["10.0.0.1"]))]) as never,
    });
  });

  it("is read once for the overview", async () => {
    large.reads.length = 0;
    const first = await systemHost(large)("/", { headers: { accept: "text/html" } });
    expect(await first.text()).toContain("shop/web-7");
    expect(large.shardReads().length).toBeGreaterThan(16);
    expect(new Set(large.shardReads()).size).toBe(large.shardReads().length);
  });

  it("is read behind a page that needs little of it, which has the number of warnings later", async () => {
    const behind: Promise<unknown>[] = [];
    const ask = systemHost(
      large,
      {},
      {
        waitUntil: (work: Promise<unknown>) => void behind.push(work),
        // Deadlines, which are longer, never come.
        delay: (ms: number) => (ms <= 1000 ? Promise.resolve() : new Promise(() => undefined)),
      },
    );
    const dns = async () => (await ask("/dns", { headers: { accept: "text/html" } })).text();
    expect(await dns()).not.toContain('class="count"');
    await dns();
    await Promise.all(behind);
    expect(await dns()).toContain('aria-label="1 open"');
  });
});
