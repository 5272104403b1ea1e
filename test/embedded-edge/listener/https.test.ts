import { once } from "node:events";
import { type IncomingMessage, type RequestListener } from "node:http";
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect as connectHttp2,
  constants,
  type IncomingHttpHeaders,
} from "node:http2";
import { request as httpsRequest } from "node:https";
import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import { Agent, fetch } from "undici";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { type KeyPair, type Listener, startHttpsListener } from "../../../embedded-edge/listener/listener.ts";
import { workerUpstream } from "../../../embedded-edge/listener/worker-upstream.ts";
import { readText, readUntil, startServer, startTcpServer } from "../support/http.ts";
import { recordingLog } from "../support/log.ts";
import { fixedCertificate, localhostPair, peerOf, testAuthority } from "../support/tls.ts";

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

async function listenerBefore(workerPort: () => number | undefined): Promise<Listener> {
  const upstream = workerUpstream(workerPort);
  closers.push(() => upstream.close());
  const listener = await startHttpsListener(
    { address: { host: "127.0.0.1", port: 0 }, upstream, clientSecret: "s3cret", log: recordingLog() },
    fixedCertificate(pair),
  );
  closers.push(() => listener.close(0));
  return listener;
}

async function withWorker(worker: RequestListener): Promise<{ port: number; listener: Listener }> {
  const peer = await startServer(worker);
  closers.push(() => peer.close());
  const listener = await listenerBefore(() => peer.port);
  return { port: listener.address.port, listener };
}

async function session(port: number): Promise<ClientHttp2Session> {
  const client = connectHttp2(`https://localhost:${port}`, {
    ca,
    lookup: (_n, _o, done) => done(null, [{ address: "127.0.0.1", family: 4 }]),
  });
  client.on("error", () => undefined);
  closers.push(() => client.destroy());
  await once(client, "connect");
  return client;
}

interface Answer {
  readonly headers: IncomingHttpHeaders & { ":status"?: number };
  readonly text: string;
}

async function answerOf(stream: ClientHttp2Stream): Promise<Answer> {
  const [headers] = (await once(stream, "response")) as [Answer["headers"]];
  return { headers, text: await readText(stream) };
}

const telling: RequestListener = (request, response) => {
  void readText(request).then((text) => {
    response.end(JSON.stringify({ method: request.method, url: request.url, raw: request.rawHeaders, text }));
  });
};

describe("over HTTP/2, the Worker gets", () => {
  it("an HTTP/1.1 request with Host, joined cookies, and who is calling", async () => {
    const { port } = await withWorker(telling);
    const client = await session(port);
    const stream = client.request({
      ":method": "PUT",
      ":path": "/a//b%2F?x=%20",
      ":authority": "shop.example",
      cookie: ["a=1", "b=2"],
      "lintel-client": "s3cret http 80 6.6.6.6",
      te: "trailers",
    });
    stream.end("hello");
    const { text } = await answerOf(stream);
    expect(JSON.parse(text)).toEqual({
      method: "PUT",
      url: "/a//b%2F?x=%20",
      raw: [
        "Host",
        "shop.example",
        "cookie",
        "a=1; b=2",
        "Transfer-Encoding",
        "chunked",
        "lintel-client",
        `s3cret https ${port} 127.0.0.1`,
        "Connection",
        "keep-alive",
      ],
      text: "hello",
    });
  });

  it.each(["GET", "HEAD", "DELETE"])("%s without a body", async (method) => {
    const { port } = await withWorker((request, response) => {
      void readText(request).then((text) => response.setHeader("x-body", `[${text}]`).end());
    });
    const { headers } = await answerOf((await session(port)).request({ ":method": method }));
    expect([headers[":status"], headers["x-body"]]).toEqual([200, "[]"]);
  });

  it("no body with GET, though the client sends one", async () => {
    const { port } = await withWorker(telling);
    const stream = (await session(port)).request({ ":method": "GET" }, { endStream: false });
    stream.end("body");
    expect((JSON.parse((await answerOf(stream)).text) as { text: string }).text).toBe("");
  });

  it("bytes of fields beyond ASCII as they came, and so does the client", async () => {
    const { port } = await withWorker((request, response) => {
      response.setHeader("X-Echo", request.headers["x-raw"] ?? "").end();
    });
    const { headers } = await answerOf((await session(port)).request({ "x-raw": "caf\xe9 \xc3\xa9" }));
    expect(headers["x-echo"]).toBe("caf\xe9 \xc3\xa9");
  });

  it("each part of an upload as it comes", async () => {
    const arrived = Promise.withResolvers<string>();
    const { port } = await withWorker((request, response) => {
      void readUntil(request, "first").then(arrived.resolve);
      request.once("end", () => response.end("thanks"));
    });
    const stream = (await session(port)).request({ ":method": "POST" });
    stream.write("first");
    expect(await arrived.promise).toBe("first");
    stream.end("last");
    expect((await answerOf(stream)).text).toBe("thanks");
  });

  it("a body whose client waits for 100 Continue", async () => {
    const { port } = await withWorker(telling);
    const stream = (await session(port)).request({ ":method": "POST", expect: "100-continue" });
    await once(stream, "continue");
    stream.end("ok");
    expect((JSON.parse((await answerOf(stream)).text) as { text: string }).text).toBe("ok");
  });

  it.each<[string, (stream: ClientHttp2Stream) => void]>([
    // close() would end it first.
    ["resets", (stream) => stream.destroy(new Error("no more of it"))],
    ["leaves with its connection", (stream) => stream.session?.destroy()],
  ])("no more of a request that its client %s, and no end of it", async (_, leave) => {
    const reached = Promise.withResolvers<IncomingMessage>();
    const { port } = await withWorker((request) => reached.resolve(request));
    const stream = (await session(port)).request({ ":method": "POST" });
    stream.on("error", () => undefined);
    stream.write("part");
    const request = await reached.promise;
    const read = readText(request);
    // A reset: workerd takes the plain end of a connection for the end of the request.
    const broken = once(request.socket, "error");
    leave(stream);
    expect(await broken).toMatchObject([{ code: "ECONNRESET" }]);
    await expect(read).rejects.toThrow("aborted");
  });
});

describe("over HTTP/2, the client gets", () => {
  it("fields in lower case, repeated ones, and none of a connection", async () => {
    const { port } = await withWorker((_request, response) => {
      response.writeHead(201, [
        "Date",
        "Mon, 01 Jan 2001 00:00:00 GMT",
        "Set-Cookie",
        "a",
        "Set-Cookie",
        "b",
        "Lintel-X",
        "1",
        "Keep-Alive",
        "timeout=1",
        "Connection",
        "keep-alive, X-Hop",
        "X-Hop",
        "1",
      ]);
      response.end("made");
    });
    const { headers, text } = await answerOf((await session(port)).request({}));
    expect(Object.fromEntries(Object.entries(headers))).toEqual({
      ":status": 201,
      date: "Mon, 01 Jan 2001 00:00:00 GMT",
      "set-cookie": ["a", "b"],
    });
    expect(text).toBe("made");
  });

  it("each part of a response as it comes", async () => {
    const goOn = Promise.withResolvers<undefined>();
    const { port } = await withWorker((_request, response) => {
      response.write("first");
      void goOn.promise.then(() => response.end("last"));
    });
    const stream = (await session(port)).request({});
    expect(await readUntil(stream, "first")).toBe("first");
    goOn.resolve(undefined);
    expect(await readText(stream)).toBe("last");
  });

  it.each([
    ["204", "GET", 204, {}],
    ["304", "GET", 304, { "Content-Length": "7" }],
    ["a HEAD response", "HEAD", 200, { "Content-Length": "7" }],
  ])("%s without a body", async (_, method, status, fields) => {
    const { port } = await withWorker((_request, response) => {
      response.writeHead(status, fields).end();
    });
    const { headers, text } = await answerOf((await session(port)).request({ ":method": method }));
    expect([headers[":status"], text]).toEqual([status, ""]);
  });

  it.each([
    ["a length", "Content-Length: 100\r\n\r\nabc"],
    ["chunks", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"],
  ])(
    "a response with %s that breaks off as a reset stream, and the connection goes on",
    async (_, broken) => {
      let requests = 0;
      const worker = await startTcpServer((socket) => {
        socket.once("data", () => {
          const rest = requests++ === 0 ? broken : "Content-Length: 2\r\n\r\nok";
          socket.end(`HTTP/1.1 200 OK\r\nConnection: close\r\n${rest}`);
        });
      });
      closers.push(() => worker.close());
      const client = await session((await listenerBefore(() => worker.port)).address.port);
      await expect(answerOf(client.request({}))).rejects.toThrow("NGHTTP2_INTERNAL_ERROR");
      expect((await answerOf(client.request({}))).text).toBe("ok");
    },
  );

  it("an answer that came before the end of its upload, and is asked to stop", async () => {
    const { port } = await withWorker((_request, response) => response.writeHead(413).end("too large"));
    const stream = (await session(port)).request({ ":method": "POST" });
    stream.write(Buffer.alloc(256 * 1024));
    const { headers, text } = await answerOf(stream);
    expect([headers[":status"], text, stream.rstCode]).toEqual([
      413,
      "too large",
      constants.NGHTTP2_NO_ERROR,
    ]);
  });

  it.each([
    ["OPTIONS *", { ":method": "OPTIONS", ":path": "*" }, 400],
    ["a malformed authority", { ":authority": "a:b" }, 400],
    ["a fragment", { ":path": "/a#b" }, 400],
  ])("a refusal of %s", async (_, headers, status) => {
    const { port } = await withWorker(telling);
    expect((await answerOf((await session(port)).request(headers))).headers[":status"]).toBe(status);
  });

  it("a refusal of CONNECT", async () => {
    const { port } = await withWorker(telling);
    const stream = (await session(port)).request({ ":method": "CONNECT", ":authority": "a:443" });
    expect((await answerOf(stream)).headers[":status"]).toBe(400);
  });

  it("a refusal of HEAD, without a body", async () => {
    const { port } = await withWorker(telling);
    const stream = (await session(port)).request({ ":method": "HEAD", ":path": "/a#b" });
    const { headers, text } = await answerOf(stream);
    expect([headers[":status"], text, stream.rstCode]).toEqual([400, "", constants.NGHTTP2_NO_ERROR]);
  });

  it.each([
    ["a field that HTTP/2 does not have", "200 OK", "HTTP2-Settings: x", 200, "ok"],
    ["a body where there can be none", "205 Reset Content", "X: y", 205, ""],
    ["a status that HTTP/2 does not have", "600 Odd", "X: y", 502, "The response cannot be passed on.\n"],
  ])("something sound of a response with %s", async (_, status, field, expected, body) => {
    const worker = await startTcpServer((socket) => {
      socket.on("data", () => socket.write(`HTTP/1.1 ${status}\r\n${field}\r\nContent-Length: 2\r\n\r\nok`));
    });
    closers.push(() => worker.close());
    const client = await session((await listenerBefore(() => worker.port)).address.port);
    const { headers, text } = await answerOf(client.request({}));
    expect([headers[":status"], text]).toEqual([expected, body]);
    expect(headers["http2-settings"]).toBeUndefined();
  });

  it("502 while the Worker is away", async () => {
    const { address } = await listenerBefore(() => undefined);
    expect((await answerOf((await session(address.port)).request({}))).headers[":status"]).toBe(502);
  });

  it("what undici's fetch makes of it", async () => {
    const { port } = await withWorker(telling);
    const dispatcher = new Agent({ allowH2: true, connect: { ca } });
    closers.push(() => dispatcher.close());
    const answers = await Promise.all(
      ["a", "b", "c"].map(async (body) => {
        const response = await fetch(`https://127.0.0.1:${port}/${body}`, {
          dispatcher,
          method: "POST",
          body,
        });
        return (await response.json()) as { url: string; text: string };
      }),
    );
    expect(answers.map(({ url, text }) => [url, text])).toEqual([
      ["/a", "a"],
      ["/b", "b"],
      ["/c", "c"],
    ]);
  });
});

describe("TLS", () => {
  it("carries HTTP/1.1 for clients that choose it", async () => {
    const { port } = await withWorker(telling);
    const request = httpsRequest({ host: "127.0.0.1", port, ca, agent: false }).end();
    const [response] = (await once(request, "response")) as [IncomingMessage];
    const { raw } = JSON.parse(await readText(response)) as { raw: string[] };
    expect([response.httpVersion, raw[raw.indexOf("lintel-client") + 1]]).toEqual([
      "1.1",
      `s3cret https ${port} 127.0.0.1`,
    ]);
  });

  it.each([
    ["TLS 1.2", { maxVersion: "TLSv1.2" }, "TLSv1.2"],
    ["TLS 1.3", { minVersion: "TLSv1.3" }, "TLSv1.3"],
  ] as const)("speaks %s", async (_, options, protocol) => {
    const { port } = await withWorker(telling);
    expect(await peerOf(port, "localhost", { ca, ...options })).toMatchObject({ protocol, trusted: true });
  });

  it("does not speak TLS 1.1", async () => {
    const { port } = await withWorker(telling);
    const socket = connectTls({
      host: "127.0.0.1",
      port,
      ca,
      maxVersion: "TLSv1.1",
      minVersion: "TLSv1",
      ciphers: "ALL:@SECLEVEL=0",
    });
    const [error] = (await once(socket, "error")) as [Error];
    expect(error.message).toMatch(/protocol version|unsupported protocol/);
  });

  it("survives what is not TLS", async () => {
    const { port } = await withWorker(telling);
    const socket = connectTcp(port, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await readText(socket).catch(() => undefined);
    expect((await answerOf((await session(port)).request({}))).headers[":status"]).toBe(200);
  });
});

describe("closing", () => {
  it("lets running streams finish and ends their connection", async () => {
    const goOn = Promise.withResolvers<undefined>();
    const { port, listener } = await withWorker((_request, response) => {
      response.write("begun ");
      void goOn.promise.then(() => response.end("done"));
    });
    const client = await session(port);
    const stream = client.request({});
    const begun = await readUntil(stream, "begun ");
    const ended = once(client, "close");
    const closed = listener.close(5_000);
    await once(client, "goaway");
    goOn.resolve(undefined);
    expect(begun + (await readText(stream))).toBe("begun done");
    await Promise.all([closed, ended]);
  });

  it("breaks streams that do not finish in time, and handshakes under way", async () => {
    const { port, listener } = await withWorker((_request, response) => response.write("begun"));
    const handshaking = connectTcp(port, "127.0.0.1");
    await once(handshaking, "connect");
    const client = await session(port);
    const stream = client.request({});
    stream.on("error", () => undefined);
    await readUntil(stream, "begun");
    const ends = Promise.all([once(client, "close"), once(handshaking, "close")]);
    handshaking.resume();
    await listener.close(20);
    await ends;
  });
});
