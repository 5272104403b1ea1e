import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { decodeClientFacts, encodeHead, headKey, MalformedError, rootKey } from "../../contract/index.ts";
import { HeadRelayError, relayHead } from "../../embedded-edge/head-relay.ts";

const DIGEST = "a".repeat(64);
let kv: Map<string, string>;
let worker: Server;
let status: number;
let seen: { request: IncomingMessage; body: string }[];

beforeEach(async () => {
  kv = new Map([
    [headKey("default"), encodeHead({ version: 2, generation: 7, root: DIGEST })],
    [rootKey("default", 7, DIGEST), "the signed root"],
  ]);
  status = 200;
  seen = [];
  worker = createServer((request, response) => {
    void text(request).then((body) => {
      seen.push({ request, body });
      response.writeHead(status).end("because");
    });
  }).listen(0, "127.0.0.1");
  await once(worker, "listening");
});
afterEach(async () => {
  worker.closeAllConnections();
  await once(worker.close(), "close");
});

const relay = (port = (): number | undefined => (worker.address() as AddressInfo).port) =>
  relayHead({
    cluster: "default",
    systemHost: "edge.lintel.test",
    read: async (key) => kv.get(key),
    workerPort: port,
    clientSecret: "secret",
  });

describe("a head in KV", () => {
  it("is handed to the Worker's system host, as by the edge itself", async () => {
    await relay();
    const [{ request, body } = expect.fail("nothing came")] = seen;
    expect([request.method, request.url, request.headers.host]).toEqual(["PUT", "/head", "edge.lintel.test"]);
    expect(body).toBe("the signed root");
    expect(decodeClientFacts(String(request.headers["lintel-client"]), "secret")?.address).toBe("127.0.0.1");
  });

  test.each([[200], [409]])("is done with when the Worker answers %i", async (answer) => {
    status = answer;
    await expect(relay()).resolves.toBeUndefined();
  });

  test.each([[422], [503], [500]])("is not when it answers %i", async (answer) => {
    status = answer;
    await expect(relay()).rejects.toThrow(`the Worker answered ${answer} (because)`);
  });

  it("is nothing to do before the first", async () => {
    kv.clear();
    await relay();
    expect(seen).toEqual([]);
  });

  it("whose root is missing, or that is none, is refused", async () => {
    kv.delete(rootKey("default", 7, DIGEST));
    await expect(relay()).rejects.toThrow(HeadRelayError);
    kv.set(headKey("default"), "{");
    await expect(relay()).rejects.toThrow(MalformedError);
  });
});

it("says so while the Worker is being restarted", async () => {
  await expect(relay(() => undefined)).rejects.toThrow("restarted");
});
