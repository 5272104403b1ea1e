/** The edge's Worker on workerd with a snapshot, as the embedded edge runs it, without listener and gateway. */
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Log, LogLevel, Miniflare } from "miniflare";
import { workerBundle } from "../../cli/bundle.ts";
import { CLIENT_FACTS_HEADER, encodeClientFacts } from "../../contract/index.ts";
import { EDGE_WORKER, miniflareOptions } from "../../embedded-edge/runtime/miniflare-options.ts";
import { childProcesses } from "./processes.ts";
import type { MadeSnapshot } from "./snapshot.ts";

const SECRET = "0123456789abcdef0123456789abcdef";
const SYSTEM_HOST = "edge.lintel.test";
const FLAGS_VARIABLE = "MINIFLARE_WORKERD_V8_FLAGS";
/** The words are many, for what is said comes in blocks of 4 KiB, the last of which is lost when workerd ends. */
const V8_FLAGS = "--gc-global --trace-gc --trace-gc-verbose";
const FACTS = encodeClientFacts({ address: "203.0.113.7", scheme: "http", port: 80 }, SECRET);

export interface RunningWorker {
  /** On 127.0.0.1. */
  readonly port: number;
  /** workerd's. */
  readonly pid: number;
  stop(): Promise<void>;
}

/** Miniflare's own type of it is without methods where Cloudflare's types are not loaded. */
interface KvWriter {
  put(key: string, value: string): Promise<void>;
}

export interface EdgeOptions {
  /** Port of what CLUSTER is bound to. */
  readonly backend: number;
  readonly snapshot: MadeSnapshot;
  /** Text of a Worker in the edge's place, with its bindings. */
  readonly instead?: string;
  /** Of the Worker, besides those that it needs. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Whether the Durable Object holds the head; only KV does else. */
  readonly headInObject?: boolean;
  /** Told what workerd's V8 says of each collection of garbage, all of which are whole ones then. */
  readonly onCollection?: (line: string) => void;
}

export async function startEdge(options: EdgeOptions): Promise<RunningWorker> {
  const { backend, snapshot, instead, headInObject = true, variables = {} } = options;
  const { onCollection } = options;
  const storage = await mkdtemp(join(tmpdir(), "lintel-bench-"));
  const before = childProcesses();
  const settings = {
    bundle: await workerBundle(),
    storage,
    gateway: `127.0.0.1:${backend}`,
    variables: {
      LINTEL_PUBLIC_KEY: snapshot.publicKey,
      LINTEL_SYSTEM_HOST: SYSTEM_HOST,
      LINTEL_GATEWAY_SECRET: SECRET,
      LINTEL_CLIENT_SECRET: SECRET,
      ...variables,
    },
    storeSecret: SECRET,
  };
  // Miniflare takes them from there alone, as it starts workerd; others that this process starts are to have none.
  if (onCollection !== undefined) process.env[FLAGS_VARIABLE] = V8_FLAGS;
  const miniflare = new Miniflare(
    miniflareOptions(settings, {
      bundle: instead ?? (await readFile(settings.bundle, "utf8")),
      storeWorker: "export default { fetch: () => new Response(null, { status: 404 }) };",
      log: new Log(LogLevel.ERROR),
      onWorkerLog(level, message) {
        if (onCollection !== undefined && message.includes("Mark-Compact")) onCollection(message);
        else if (level === "error") console.error(message);
      },
    }),
  );
  const port = Number((await miniflare.unsafeGetDirectURL(EDGE_WORKER)).port);
  if (onCollection !== undefined) delete process.env[FLAGS_VARIABLE];
  const pid = [...childProcesses()].find((child) => !before.has(child));
  if (pid === undefined) throw new Error("workerd is not among this process's children");
  const kv = (await miniflare.getKVNamespace("KV", EDGE_WORKER)) as unknown as KvWriter;
  for (const [key, value] of snapshot.values) await kv.put(key, value);
  if (instead === undefined && headInObject) await offerHead(port, snapshot.root);
  return {
    port,
    pid,
    async stop() {
      await miniflare.dispose();
      await rm(storage, { recursive: true, force: true });
    },
  };
}

/** A request to the system host, by whoever holds the token. @returns the body's length */
export async function askSystem(port: number, path: string, token: string): Promise<number> {
  const get = request({
    port,
    host: "127.0.0.1",
    path,
    headers: {
      host: SYSTEM_HOST,
      accept: "text/html",
      authorization: `Bearer ${token}`,
      [CLIENT_FACTS_HEADER]: FACTS,
    },
  });
  get.end();
  const [response] = (await once(get, "response")) as [IncomingMessage];
  let length = 0;
  for await (const chunk of response) length += (chunk as Buffer).length;
  if (response.statusCode !== 200) throw new Error(`${path} is answered with ${response.statusCode}`);
  return length;
}

async function offerHead(port: number, root: string): Promise<void> {
  const put = request({
    port,
    host: "127.0.0.1",
    path: "/head",
    method: "PUT",
    headers: {
      host: SYSTEM_HOST,
      [CLIENT_FACTS_HEADER]: FACTS,
      "content-length": root.length,
    },
  });
  put.end(root);
  const [{ statusCode }] = (await once(put, "response")) as [IncomingMessage];
  if (statusCode !== 200) throw new Error(`the edge does not take the root: ${statusCode}`);
}

/** A request as the embedded edge's listener hands it to the Worker: with a browser's usual headers. */
export function requestTo(host: string, path: string): string {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language: en-GB,en;q=0.5",
    "Accept-Encoding: gzip, deflate, br, zstd",
    `${CLIENT_FACTS_HEADER}: ${FACTS}`,
    "",
    "",
  ].join("\r\n");
}
