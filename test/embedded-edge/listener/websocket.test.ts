import { once } from "node:events";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { type ClientOptions, WebSocket, WebSocketServer } from "ws";
import {
  type KeyPair,
  type Listener,
  startHttpListener,
  startHttpsListener,
} from "../../../embedded-edge/listener/listener.ts";
import { workerUpstream } from "../../../embedded-edge/listener/worker-upstream.ts";
import { readText, readUntil, sendBytes, startServer } from "../support/http.ts";
import { recordingLog } from "../support/log.ts";
import { fixedCertificate, localhostPair, testAuthority } from "../support/tls.ts";
import { connect } from "node:net";

let ca: string;
let pair: KeyPair;
beforeAll(async () => {
  const authority = await testAuthority();
  ca = authority.pem;
  pair = await localhostPair(authority);
});

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Edge {
  readonly worker: Server;
  readonly url: string;
  readonly port: number;
  readonly listener: Listener;
  readonly options: ClientOptions;
}

async function edge(scheme: "ws" | "wss"): Promise<Edge> {
  const peer = await startServer((request, response) => response.end(`plain ${request.headers.upgrade}`));
  closers.push(() => peer.close());
  const upstream = workerUpstream(() => peer.port);
  closers.push(() => upstream.close());
  const parts = {
    address: { host: "127.0.0.1", port: 0 },
    upstream,
    clientSecret: "s3cret",
    log: recordingLog(),
  };
  const listener =
    scheme === "ws"
      ? await startHttpListener(parts)
      : await startHttpsListener(parts, fixedCertificate(pair));
  closers.push(() => listener.close(0));
  const { port } = listener.address;
  return { worker: peer.server, url: `${scheme}://127.0.0.1:${port}/ws?x`, port, listener, options: { ca } };
}

describe.each(["ws", "wss"] as const)("a WebSocket over %s", (scheme) => {
  it("passes both ways, with who is calling", async () => {
    const { worker, url, options, port } = await edge(scheme);
    const server = new WebSocketServer({ server: worker });
    server.on("connection", (socket, request) => {
      socket.send(`${request.url} ${request.headers["lintel-client"]?.toString()}`);
      socket.on("message", (data: Buffer) => socket.send(data.toString().toUpperCase()));
    });
    const client = new WebSocket(url, { ...options, headers: { "lintel-client": "s3cret https 1 6.6.6.6" } });
    const messages: string[] = [];
    client.on("message", (data: Buffer) => messages.push(data.toString()));
    await once(client, "message");
    client.send("hello");
    await once(client, "message");
    const facts = `s3cret ${scheme === "ws" ? "http" : "https"} ${port} 127.0.0.1`;
    expect(messages).toEqual([`/ws?x ${facts}`, "HELLO"]);
    client.close(1000);
    const [code] = (await once(client, "close")) as [number];
    expect(code).toBe(1000);
  });

  it("ends on one side when it breaks on the other", async () => {
    const { worker, url, options } = await edge(scheme);
    const server = new WebSocketServer({ server: worker });
    const accepted = once(server, "connection");
    const client = new WebSocket(url, options);
    await once(client, "open");
    const [serverSide] = (await accepted) as [WebSocket];
    const closed = once(serverSide, "close");
    client.terminate();
    await closed;
  });

  it("is cut when the listener closes", async () => {
    const { worker, url, options, listener } = await edge(scheme);
    const server = new WebSocketServer({ server: worker });
    server.on("connection", () => undefined);
    const client = new WebSocket(url, options);
    await once(client, "open");
    const closed = once(client, "close");
    await listener.close(60_000);
    await closed;
  });

  it("can be refused", async () => {
    const { worker, url, options } = await edge(scheme);
    worker.on("upgrade", (_request, socket: Duplex) => {
      socket.end(
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\nLintel-X: 1\r\nConnection: close\r\n\r\nnope",
      );
    });
    const client = new WebSocket(url, options);
    const [, response] = (await once(client, "unexpected-response")) as [unknown, IncomingMessage];
    expect([response.statusCode, response.headers["lintel-x"], await readText(response)]).toEqual([
      403,
      undefined,
      "nope",
    ]);
  });
});

it("passes on what a client sends along with its request", async () => {
  const { worker, port } = await edge("ws");
  worker.on("upgrade", (_request, socket: Duplex, head: Buffer) => {
    socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhi ");
    socket.write(head);
    socket.pipe(socket);
  });
  const client = connect(port, "127.0.0.1");
  client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nearly");
  const answer = await readUntil(client, "early");
  expect(answer).toMatch(
    /^HTTP\/1\.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhi early$/,
  );
  client.destroy();
});

it.each([
  [
    "another protocol",
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n",
    /200 OK.*plain undefined/s,
  ],
  [
    "a method that is not GET",
    "POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n",
    /200 OK.*plain undefined/s,
  ],
  [
    "a malformed Host",
    "GET / HTTP/1.1\r\nHost: a b\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    /^HTTP\/1.1 400 /,
  ],
])("is not begun for %s", async (_, bytes, answer) => {
  const { port } = await edge("ws");
  expect(await sendBytes(port, bytes)).toMatch(answer);
});

it("is answered 502 while the Worker is away", async () => {
  const upstream = workerUpstream(() => undefined);
  const listener = await startHttpListener({
    address: { host: "127.0.0.1", port: 0 },
    upstream,
    clientSecret: "s3cret",
    log: recordingLog(),
  });
  closers.push(() => listener.close(0));
  const client = new WebSocket(`ws://127.0.0.1:${listener.address.port}`);
  const [, response] = (await once(client, "unexpected-response")) as [unknown, IncomingMessage];
  expect(response.statusCode).toBe(502);
  client.on("error", () => undefined);
  client.terminate();
});
