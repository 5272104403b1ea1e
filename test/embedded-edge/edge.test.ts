import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Cloudflare from "cloudflare";
import { Agent, fetch } from "undici";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import {
  BundleMissingError,
  type EdgeOptions,
  type EmbeddedEdge,
  ListenError,
  OptionError,
  StateFolderInUseError,
  startEdge,
} from "../../embedded-edge/index.ts";
import { issueLeaf } from "../../embedded-edge/certificates/issue.ts";
import { openStateFolder } from "../../embedded-edge/state-folder.ts";
import { writeBundle } from "./support/bundle.ts";
import { temporaryFolder } from "./support/folder.ts";
import { ask, startServer, startTcpServer } from "./support/http.ts";
import { recordingLog } from "./support/log.ts";
import { runtimeProcesses } from "./support/processes.ts";
import { CLUSTER, drawKeys, type Keys, sealed, snapshotPairs } from "./support/snapshot.ts";
import { peerOf, testAuthority } from "./support/tls.ts";

const LOOPBACK = { host: "127.0.0.1", port: 0 };
const API = { ...LOOPBACK, token: "api token", accountId: "account", namespaceId: "namespace" };

async function optionsIn(folder: string, keys: Keys): Promise<Omit<EdgeOptions, "log">> {
  return {
    cluster: CLUSTER,
    state: join(folder, "state"),
    http: LOOPBACK,
    https: LOOPBACK,
    api: API,
    systemHost: "edge.lintel.test",
    dnsAccess: "token",
    dnsToken: "dns token",
    publicKey: keys.publicKey,
    sealingKey: keys.sealingKey,
    gatewaySecret: "gateway secret",
    targets: ["127.0.0.1/32"],
    bundle: await writeBundle(folder),
  };
}

async function start(change: Partial<EdgeOptions>): Promise<EmbeddedEdge> {
  const options = await optionsIn(await temporaryFolder(), await drawKeys());
  return startEdge({ ...options, log: recordingLog(), ...change });
}

function namespaces(url: string) {
  return new Cloudflare({ apiToken: API.token, baseURL: url, maxRetries: 0 }).kv.namespaces;
}

async function publish(url: string, body: { key: string; value: string }[]): Promise<void> {
  await namespaces(url).bulkUpdate(API.namespaceId, { account_id: API.accountId, body });
}

describe("an embedded edge", () => {
  let folder: string;
  let keys: Keys;
  let options: EdgeOptions;
  let edge: EmbeddedEdge;
  let dispatcher: Agent;
  let base: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "lintel-edge-"));
    keys = await drawKeys();
    options = { ...(await optionsIn(folder, keys)), log: recordingLog() };
    edge = await startEdge(options);
    dispatcher = new Agent({ allowH2: true, connect: { ca: await readFile(edge.caFile, "utf8") } });
    base = `https://127.0.0.1:${edge.https?.port}`;
  });
  afterAll(async () => {
    await dispatcher.close();
    await edge.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("tells the Worker who is calling, and its settings", async () => {
    const response = await fetch(`${base}/a?b`, {
      dispatcher,
      headers: { "lintel-client": "x http 1 6.6.6.6" },
    });
    const facts = await response.text();
    expect(facts).toMatch(
      new RegExp(`^${base.replace("https", "http")}/a\\?b [0-9a-f]{64} https ${edge.https?.port} 127.0.0.1$`),
    );
    expect(await (await fetch(`${base}/vars`, { dispatcher })).json()).toEqual({
      LINTEL_CLUSTERS: CLUSTER,
      LINTEL_PUBLIC_KEY: options.publicKey,
      LINTEL_SYSTEM_HOST: "edge.lintel.test",
      LINTEL_DNS_ACCESS: "token",
      LINTEL_DNS_TOKEN: "dns token",
      LINTEL_GATEWAY_SECRET: "gateway secret",
      LINTEL_CLIENT_SECRET: facts.split(" ")[1],
    });
  });

  it("brings a request to a pod and its response back, each part as it comes", async () => {
    const goOn = Promise.withResolvers<undefined>();
    const pod = await startServer((request, response) => {
      const { method, url, headers } = request;
      response.writeHead(201, {
        "X-Seen": `${method} ${url} ${headers.host} ${headers["lintel-secret"]?.toString()}`,
      });
      request.once("data", (chunk: Buffer) => response.write(`got ${chunk.toString()}`));
      void goOn.promise.then(() => request.pipe(response));
    });
    onTestFinished(() => pod.close());
    const upload = new TransformStream<Uint8Array, Uint8Array>();
    const writer = upload.writable.getWriter();
    const asking = fetch(`${base}/pod/${pod.port}/p`, {
      dispatcher,
      method: "PUT",
      body: upload.readable,
      duplex: "half",
    });
    await writer.write(Buffer.from("first "));
    const response = await asking;
    expect([response.status, response.headers.get("x-seen")]).toEqual([201, "PUT /p shop.example undefined"]);
    const reader = response.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("got first ");
    goOn.resolve(undefined);
    await writer.write(Buffer.from("last"));
    await writer.close();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("last");
    expect((await reader?.read())?.done).toBe(true);
  });

  it("lets no response that breaks off in the pod look complete", async () => {
    const pod = await startTcpServer((socket) => {
      socket.once("data", () =>
        socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n"),
      );
    });
    onTestFinished(() => pod.close());
    const response = await fetch(`${base}/pod/${pod.port}/`, { dispatcher });
    await expect(response.text()).rejects.toThrow("terminated");
    await expect(ask(edge.http?.port ?? 0, { path: `/pod/${pod.port}/` })).rejects.toThrow("aborted");
  });

  it("connects a WebSocket to a pod", async () => {
    const pod = await startServer((_request, response) => response.end());
    onTestFinished(() => pod.close());
    new WebSocketServer({ server: pod.server }).on("connection", (socket, request) => {
      socket.on("message", (data: Buffer) => socket.send(`${request.url} ${data.toString()}`));
    });
    const client = new WebSocket(`wss://127.0.0.1:${edge.https?.port}/pod/${pod.port}/ws`, {
      rejectUnauthorized: false,
    });
    await once(client, "open");
    client.send("hello");
    const [message] = (await once(client, "message")) as [Buffer];
    expect(message.toString()).toBe("/ws hello");
    client.close();
    await once(client, "close");
  });

  it("serves certificates as soon as their snapshot's head is written", async () => {
    const company = await testAuthority();
    const record = await sealed(
      keys,
      "shop.example",
      await issueLeaf(company, { dns: ["shop.example"] }, Date.now()),
    );
    const port = edge.https?.port ?? 0;
    const isTrusted = async () => (await peerOf(port, "shop.example", { ca: company.pem })).trusted;
    expect(await isTrusted()).toBe(false);
    await publish(edge.api.url, await snapshotPairs(keys, 1, new Map([["shop.example", record]])));
    await vi.waitFor(async () => expect(await isTrusted()).toBe(true));
  });

  it("lets a client that trusts its authority in by any name", async () => {
    const ca = await readFile(edge.caFile, "utf8");
    for (const name of ["any.example", "edge.lintel.test", undefined]) {
      expect((await peerOf(edge.https?.port ?? 0, name, { ca })).trusted).toBe(true);
    }
  });

  it("ends with no process left behind, nor anything that listens", async () => {
    expect((await runtimeProcesses(options.state)).length).toBe(2);
    await Promise.all([edge.close(), edge.close()]);
    expect(await runtimeProcesses(options.state)).toEqual([]);
    for (const address of [edge.http, edge.https, edge.api]) {
      await expect(fetch(`http://127.0.0.1:${address?.port}`)).rejects.toThrow("fetch failed");
    }
  });
});

describe("a start that fails", () => {
  it("names the address that is taken, and leaves nothing behind", async () => {
    const other = await startServer((_request, response) => response.end());
    onTestFinished(() => other.close());
    const folder = await temporaryFolder();
    const options = { ...(await optionsIn(folder, await drawKeys())), log: recordingLog() };
    const starting = startEdge({ ...options, https: { host: "127.0.0.1", port: other.port } });
    await expect(starting).rejects.toThrow(ListenError);
    await expect(starting).rejects.toThrow(
      `https 127.0.0.1:${other.port}: the address is in use by another process`,
    );
    expect(await runtimeProcesses(options.state)).toEqual([]);
    (await openStateFolder(options.state)).release();
  });

  it.each([
    [
      "the bundle",
      { bundle: "/none/index.js" },
      BundleMissingError,
      "bundle /none/index.js: is not a readable file",
    ],
    ["a range", { targets: ["10.0.0.0/8", "pods"] }, OptionError, "target pods: is not an address range"],
  ])("names %s", async (_, change, type, message) => {
    const starting = start(change);
    await expect(starting).rejects.toThrow(type);
    await expect(starting).rejects.toThrow(message);
  });

  it("names the key that is none", async () => {
    await expect(start({ publicKey: "?" })).rejects.toThrow("public key: is not an Ed25519 key");
    await expect(start({ sealingKey: "?" })).rejects.toThrow("sealing key: is not 32 bytes");
  });
});

describe("an edge whose process is killed", () => {
  it("takes its runtime with it, and comes back with the last data", { timeout: 20_000 }, async () => {
    const options = await optionsIn(await temporaryFolder(), await drawKeys());
    const script = new URL("./support/edge-process.ts", import.meta.url);
    const child = fork(script, [JSON.stringify(options)], { execArgv: [] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const [{ http, api }] = (await once(child, "message")) as [{ http: number; api: string }];
    await fetch(`http://127.0.0.1:${http}/head`, { method: "PUT", body: "kept" });
    await publish(api, [{ key: "k", value: "kept too" }]);
    await expect(startEdge({ ...options, log: recordingLog() })).rejects.toThrow(StateFolderInUseError);

    const earlier = new Set((await runtimeProcesses(options.state)).map(({ pid }) => pid));
    child.kill("SIGKILL");
    await once(child, "exit");
    const edge = await startEdge({ ...options, https: undefined, dnsToken: undefined, log: recordingLog() });
    onTestFinished(() => edge.close());
    expect((await runtimeProcesses(options.state)).filter(({ pid }) => earlier.has(pid))).toEqual([]);
    const base = `http://127.0.0.1:${edge.http?.port}`;
    expect(await (await fetch(`${base}/head`)).text()).toBe("kept");
    expect(await (await fetch(`${base}/kv/k`)).text()).toBe("kept too");
    // What it was started without this time.
    expect(edge.https).toBeUndefined();
    const variables = (await (await fetch(`${base}/vars`)).json()) as object;
    expect(Object.keys(variables)).not.toContain("LINTEL_DNS_TOKEN");
  });
});
