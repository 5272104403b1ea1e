/**
 * A program of its own: one request to an edge without a configuration, in a process that has never served one. It is given
 * the paths of a snapshot and of a bundle of worker/edge.ts, and where the head is. Prints
 * `{ "reads": …, "ms": … }`: KV reads, and milliseconds of CPU.
 */
import { readFileSync } from "node:fs";
import * as z from "zod";
import type * as EdgeModule from "../../worker/edge.ts";
import type { EdgeEnv } from "../../worker/env.ts";
import { hostName } from "../support/made-cluster.ts";

// As in Workers, which make no code of text.
z.config({ jitless: true });

const [path = "", bundle = "", head = "object"] = process.argv.slice(2);
const { createEdge } = (await import(bundle)) as typeof EdgeModule;
const { publicKey, root, values } = z
  .object({ publicKey: z.string(), root: z.string(), values: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(path, "utf8")));

const reads: string[] = [];
const env = {
  KV: {
    get(key: string) {
      reads.push(key);
      return Promise.resolve(values[key] ?? null);
    },
  },
  ...(head === "object" && {
    HEAD: { getByName: () => ({ read: () => Promise.resolve(root), purges: () => Promise.resolve([]) }) },
  }),
  CLUSTER: { fetch: () => Promise.resolve(answer()) },
  LINTEL_PUBLIC_KEY: publicKey,
  LINTEL_SYSTEM_HOST: "edge.lintel.test",
  LINTEL_GATEWAY_SECRET: "secret",
} as unknown as EdgeEnv;

/** As in Workers, whose responses know of WebSockets. */
function answer(): Response {
  return Object.assign(new Response("ok"), { webSocket: null });
}

/** What Node loads when it is first used, and workerd has at hand. */
async function loadPlatform(): Promise<void> {
  await new Response(new Request("http://localhost/").url).text();
  const bytes = new TextEncoder().encode("x");
  await crypto.subtle.digest("SHA-256", bytes);
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  if ("publicKey" in pair) {
    const signature = await crypto.subtle.sign("Ed25519", pair.privateKey, bytes);
    await crypto.subtle.verify("Ed25519", pair.publicKey, signature, bytes);
  }
  crypto.randomUUID();
}

await loadPlatform();
// The whole snapshot lies in this process, and an isolate has none of it: what reading it left behind is cleared first.
globalThis.gc?.();
const before = process.cpuUsage();
const edge = createEdge(env, {
  fetch: () => Promise.reject(new Error("nothing is fetched here")),
  waitUntil: () => undefined,
  now: () => Date.now(),
  random: () => Math.random(),
  delay: (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref()),
  log: (_, fields, text) => console.error(text, fields),
});
const request = new Request(`http://${hostName(4711)}/api/v1/orders/7`, {
  headers: { "cf-connecting-ip": "203.0.113.7" },
});
const response = await edge(request);
const { user, system } = process.cpuUsage(before);
if (response.status !== 200) throw new Error(`answered ${response.status}: ${await response.text()}`);
console.log(JSON.stringify({ reads: reads.length, ms: (user + system) / 1000 }));
