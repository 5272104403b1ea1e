/** Connections that last: nothing is held back on them, nothing is buffered, and no change of configuration ends them. */
import { once } from "node:events";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { hostOf } from "../support/annotated.ts";
import { eventually, get } from "../support/client.ts";
import { up, type Up } from "../support/lintel.ts";
import { service } from "../support/objects.ts";
import { Pod } from "../support/pods.ts";

const MB = 1_000_000;
const SIZE = 200 * MB;
const CHUNK = Buffer.alloc(250_000, "x");
/** What may be underway between client and pod: the kernel's buffers of four connections, and little in between. */
const UNDERWAY = 0.75 * SIZE;

let lintel: Up;
let pod: Pod;
/** A request at the pod, which the test answers by hand. */
interface AtPod {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}
let arrived: (atPod: AtPod) => void;
const nextAtPod = () =>
  new Promise<AtPod>((resolve) => {
    arrived = resolve;
  });

beforeAll(async () => {
  pod = await Pod.start("web", (request, response) => {
    if (request.url === "/probe") response.end("here");
    else arrived({ request, response });
  });
  pod.sockets.on("connection", (socket) => socket.on("message", (data: Buffer) => socket.send(data)));
  const small = hostOf("small.test", "web", { "proxy-body-size": "1m" });
  lintel = await up({ "web.json": [hostOf("web.test", "web"), small, ...service("web", [pod.port])] });
});
afterAll(async () => {
  await lintel.close();
  await pod.close();
});

interface Open extends AtPod {
  readonly client: http.ClientRequest;
}

/** A request that has arrived at the pod, and has no answer yet. */
async function open(path: string, headers: http.OutgoingHttpHeaders = {}, method = "GET"): Promise<Open> {
  const options = { port: lintel.http, host: "127.0.0.1", path, method, agent: false };
  const client = http.request({ ...options, headers: { host: "web.test", ...headers } });
  const atPod = nextAtPod();
  client.flushHeaders();
  if (method === "GET") client.end();
  return { client, ...(await atPod) };
}

async function responseTo(client: http.ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(client, "response")) as [IncomingMessage];
  return response;
}

/** Begins a stream of events, and returns how to send one and have it arrive. */
async function events() {
  const { client, response } = await open("/events", { accept: "text/event-stream" });
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  response.flushHeaders();
  const received = (await responseTo(client))[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const send = async (text: string) => {
    response.write(`data: ${text}\n\n`);
    return String((await received.next()).value);
  };
  return { send, client, response };
}

/** Writes chunks until `size`, as fast as they are taken. Returns how much it has written so far, and its end. */
function pour(sink: NodeJS.WritableStream, size: number) {
  let written = 0;
  const ended = (async () => {
    while (written < size) {
      written += CHUNK.length;
      if (!sink.write(CHUNK)) await once(sink, "drain");
    }
    sink.end();
  })();
  return { written: () => written, ended };
}

/** Waits until a count does not grow any more. */
async function settled(count: () => number): Promise<number> {
  for (;;) {
    const before = count();
    await new Promise((resolve) => setTimeout(resolve, 250));
    if (count() === before) return before;
  }
}

async function sizeOf(stream: AsyncIterable<unknown>): Promise<number> {
  let bytes = 0;
  for await (const chunk of stream) bytes += (chunk as Buffer).length;
  return bytes;
}

async function socket(): Promise<WebSocket> {
  const opened = new WebSocket(`ws://127.0.0.1:${lintel.http}/chat`, { headers: { host: "web.test" } });
  await once(opened, "open");
  return opened;
}

async function echoOf(opened: WebSocket, text: string): Promise<string> {
  opened.send(text);
  return String((await once(opened, "message"))[0]);
}

describe("a stream of events", () => {
  it("brings each as it is sent", async () => {
    const { send, client } = await events();
    for (const text of ["one", "two", "three"]) expect(await send(text)).toBe(`data: ${text}\n\n`);
    client.destroy();
  });

  it("ends at the pod when the client goes", async () => {
    const { send, client, response } = await events();
    await send("one");
    const gone = once(response, "close");
    client.destroy();
    await gone;
  });

  it("ends at the client when the pod ends it", async () => {
    const { client, response } = await open("/events");
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("data: last\n\n");
    const received = await responseTo(client);
    response.end();
    expect(await sizeOf(received)).toBe(12);
  });
});

describe("a WebSocket", () => {
  it("takes the client's close code to the pod", async () => {
    const atPod = once(pod.sockets, "connection") as Promise<[WebSocket]>;
    const opened = await socket();
    const [other] = await atPod;
    const closed = once(other, "close") as Promise<[number, Buffer]>;
    opened.close(4002, "enough");
    const [code, reason] = await closed;
    expect([code, String(reason)]).toEqual([4002, "enough"]);
  });

  it("carries a message of nearly a megabyte", async () => {
    const opened = await socket();
    const message = Buffer.alloc(900_000, "x");
    opened.send(message);
    expect((await once(opened, "message"))[0]).toEqual(message);
    opened.terminate();
  });
});

it("an upload in chunks that turns out too large is answered with 413, and does not look whole to the pod", async () => {
  const { client, request } = await open("/upload", { host: "small.test" }, "POST");
  const { ended } = pour(client, 3 * MB);
  const broken = expect(sizeOf(request)).rejects.toThrow("aborted");
  const response = await responseTo(client);
  expect(response.statusCode).toBe(413);
  await Promise.all([broken, ended, sizeOf(response)]);
});

it("an upload that is refused at its beginning is answered, however much of it is on its way", async () => {
  const agent = new http.Agent({ keepAlive: true });
  const found: number[] = [];
  for (let i = 0; i < 5; i++) {
    const options = { port: lintel.http, host: "127.0.0.1", path: "/", method: "PUT", agent };
    const client = http.request({ ...options, headers: { host: "unknown.test" } });
    const response = await responseTo(client.end(Buffer.alloc(8 * MB)));
    found.push(response.statusCode ?? 0);
    await sizeOf(response);
  }
  agent.destroy();
  expect(found).toEqual([404, 404, 404, 404, 404]);
});

describe("200 MB", () => {
  it("of a download wait at the pod while the client does not read, then all arrive", async () => {
    const { client, response } = await open("/download");
    response.writeHead(200, { "content-length": SIZE });
    const { written, ended } = pour(response, SIZE);
    const received = await responseTo(client);
    expect(await settled(written)).toBeLessThan(UNDERWAY);
    expect(await sizeOf(received)).toBe(SIZE);
    await ended;
  });

  it("of an upload wait at the client while the pod does not read, then all arrive", async () => {
    const { client, request, response } = await open("/upload", { "content-length": SIZE }, "POST");
    const { written, ended } = pour(client, SIZE);
    expect(await settled(written)).toBeLessThan(UNDERWAY);
    expect(await sizeOf(request)).toBe(SIZE);
    await ended;
    response.end("thanks");
    expect(await sizeOf(await responseTo(client))).toBe("thanks".length);
  });

  it("are no limit where nobody knows the length", async () => {
    const { client, request, response } = await open("/echo", {}, "POST");
    response.writeHead(200);
    request.pipe(response);
    const { ended } = pour(client, 50 * MB);
    expect(await sizeOf(await responseTo(client))).toBe(50 * MB);
    await ended;
  });
});

describe("a change of the configuration", () => {
  /** Waits until a large request gets this status. */
  const becomes = (status: number) =>
    eventually(
      () => get(lintel.http, "web.test", "/probe", { method: "POST", body: "x".repeat(2_000) }),
      (answer) => answer.status === status,
    );

  it("leaves everything that is underway alone: that of the very route, and its removal too", async () => {
    const poll = await open("/poll");
    const download = await open("/download");
    download.response.writeHead(200, { "content-length": 20 * MB });
    const poured = pour(download.response, 20 * MB);
    const downloaded = await responseTo(download.client);
    const upload = await open("/upload", { "content-length": 2 * CHUNK.length }, "POST");
    upload.client.write(CHUNK);
    const stream = await events();
    const opened = await socket();
    await stream.send("before");

    const changed = { "custom-http-errors": "404", "lintel.dev/cache": "ttl=1m", "proxy-body-size": "1k" };
    await lintel.write("web.json", [hostOf("web.test", "web", changed), ...service("web", [pod.port])]);
    await becomes(413);
    expect(await stream.send("changed")).toBe("data: changed\n\n");
    expect(await echoOf(opened, "changed")).toBe("changed");

    await lintel.write("web.json", [hostOf("other.test", "web"), ...service("other", [])]);
    await becomes(404);
    expect(await stream.send("removed")).toBe("data: removed\n\n");
    expect(await echoOf(opened, "removed")).toBe("removed");
    upload.client.end(CHUNK);
    expect(await sizeOf(upload.request)).toBe(2 * CHUNK.length);
    upload.response.end("thanks");
    expect(await sizeOf(await responseTo(upload.client))).toBe("thanks".length);
    poll.response.end("at last");
    expect(await sizeOf(await responseTo(poll.client))).toBe("at last".length);
    expect(await sizeOf(downloaded)).toBe(20 * MB);
    await poured.ended;
    stream.response.end();
    opened.terminate();
  });
});
