import { once } from "node:events";
import { Agent, type IncomingMessage, request as httpRequest, type RequestListener } from "node:http";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type Listener, startHttpListener } from "../../../embedded-edge/listener/listener.ts";
import { workerUpstream } from "../../../embedded-edge/listener/worker-upstream.ts";
import {
  type Asked,
  ask,
  closedPort,
  readText,
  readUntil,
  sendBytes,
  startServer,
  startTcpServer,
} from "../support/http.ts";
import { recordingLog } from "../support/log.ts";

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function listenerBefore(workerPort: () => number | undefined): Promise<Listener> {
  const upstream = workerUpstream(workerPort);
  closers.push(() => upstream.close());
  const address = { host: "127.0.0.1", port: 0 };
  const listener = await startHttpListener({
    address,
    upstream,
    clientSecret: "s3cret",
    log: recordingLog(),
  });
  closers.push(() => listener.close(0));
  return listener;
}

async function withWorker(worker: RequestListener): Promise<{ port: number; listener: Listener }> {
  const peer = await startServer(worker);
  closers.push(() => peer.close());
  const listener = await listenerBefore(() => peer.port);
  return { port: listener.address.port, listener };
}

/** A worker that tells what it got. */
const telling: RequestListener = (request, response) => {
  void readText(request).then((text) => {
    response.end(JSON.stringify({ method: request.method, url: request.url, raw: request.rawHeaders, text }));
  });
};

interface Told {
  readonly method: string;
  readonly url: string;
  readonly raw: string[];
  readonly text: string;
}

async function told(port: number, asked: Asked): Promise<Told> {
  return JSON.parse((await ask(port, asked)).text) as Told;
}

describe("the Worker gets", () => {
  it("method, target, fields and body, and who is calling", async () => {
    const { port } = await withWorker(telling);
    const { raw, ...rest } = await told(port, {
      method: "PATCH",
      path: "/a//b/../c%2Fd?e=%zz",
      headers: {
        Host: "shop.example",
        "X-Two": ["1", "2"],
        "Lintel-Client": "s3cret https 443 6.6.6.6",
        "lintel-secret": "x",
        "MF-CF-Blob": "{}",
        TE: "trailers",
        Connection: "close, X-Hop",
        "X-Hop": "1",
      },
      body: "hello",
    });
    expect(rest).toEqual({ method: "PATCH", url: "/a//b/../c%2Fd?e=%zz", text: "hello" });
    expect(raw).toEqual([
      "Host",
      "shop.example",
      "X-Two",
      "1",
      "X-Two",
      "2",
      "Content-Length",
      "5",
      "lintel-client",
      `s3cret http ${port} 127.0.0.1`,
      "Connection",
      "keep-alive",
    ]);
  });

  it("bytes of fields beyond ASCII as they came", async () => {
    const { port } = await withWorker((request, response) => {
      response.writeHead(200, { "X-Echo": request.headers["x-raw"] ?? "" }).end();
    });
    const answer = await sendBytes(
      port,
      "GET / HTTP/1.1\r\nHost: a\r\nX-Raw: caf\xe9 \xc3\xa9\r\nConnection: close\r\n\r\n",
    );
    expect(answer).toContain("X-Echo: caf\xe9 \xc3\xa9\r\n");
  });

  it("a target in absolute form as path and Host", async () => {
    const { port } = await withWorker((request, response) =>
      response.end(`${request.headers.host} ${request.url}`),
    );
    const answer = await sendBytes(
      port,
      "GET http://b.example/x?y HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    );
    expect(answer).toMatch(/\r\n\r\n.*b\.example \/x\?y/s);
  });

  it.each(["GET", "HEAD"])("no body with %s, and the connection goes on", async (method) => {
    const { port } = await withWorker((request, response) => {
      void readText(request).then((text) => response.setHeader("X-Body", `[${text}]`).end());
    });
    const one = `${method} /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody`;
    const two = `${method} /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
    const answers = await sendBytes(port, one + two);
    expect(answers.match(/HTTP\/1\.1 200 OK/g)?.length).toBe(2);
    expect(answers.match(/X-Body: \[\]/g)?.length).toBe(2);
  });

  it("each part of an upload as it comes", async () => {
    const arrived = Promise.withResolvers<string>();
    const { port } = await withWorker((request, response) => {
      void readUntil(request, "first").then(arrived.resolve);
      request.once("end", () => response.end("thanks"));
    });
    const request = httpRequest({ host: "127.0.0.1", port, method: "POST", agent: false });
    request.write("first");
    expect(await arrived.promise).toBe("first");
    request.end("last");
    const [response] = (await once(request, "response")) as [IncomingMessage];
    expect(await readText(response)).toBe("thanks");
  });

  it("a body whose client waits for 100 Continue", async () => {
    const { port } = await withWorker(telling);
    const request = httpRequest({
      host: "127.0.0.1",
      port,
      method: "POST",
      headers: { Expect: "100-continue", "Content-Length": "2" },
      agent: false,
    });
    request.flushHeaders();
    await once(request, "continue");
    request.end("ok");
    const [response] = (await once(request, "response")) as [IncomingMessage];
    const { text, raw } = JSON.parse(await readText(response)) as Told;
    expect(text).toBe("ok");
    expect(raw.map((entry) => entry.toLowerCase())).not.toContain("expect");
  });

  it("no more of a request when its client goes away", async () => {
    const reached = Promise.withResolvers<IncomingMessage>();
    const { port } = await withWorker((request) => reached.resolve(request));
    const request = httpRequest({ host: "127.0.0.1", port, agent: false }).end();
    request.on("error", () => undefined);
    const { socket } = await reached.promise;
    // A reset: workerd takes the plain end of a connection for the end of the request.
    const broken = once(socket, "error");
    request.destroy();
    expect(await broken).toMatchObject([{ code: "ECONNRESET" }]);
  });

  it("an upload that breaks off as broken off", async () => {
    const outcome = Promise.withResolvers<string>();
    const { port } = await withWorker((request) => {
      request.once("data", () => {
        client.destroy();
        readText(request).then(
          () => outcome.resolve("whole"),
          () => outcome.resolve("broken"),
        );
      });
    });
    const client = connect(port, "127.0.0.1");
    client.write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n");
    expect(await outcome.promise).toBe("broken");
  });
});

describe("the client gets", () => {
  it("status, fields and body, without fields of the connection and of ours", async () => {
    const { port } = await withWorker((_request, response) => {
      response.writeHead(418, "Teapot", [
        "Date",
        "Mon, 01 Jan 2001 00:00:00 GMT",
        "Server",
        "x",
        "Set-Cookie",
        "a",
        "Set-Cookie",
        "b",
        "lintel-gateway-fault",
        "dial",
        "Keep-Alive",
        "timeout=1",
        "Connection",
        "X-Hop",
        "X-Hop",
        "1",
      ]);
      response.end("short and stout");
    });
    const answer = await sendBytes(port, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const [head, body] = answer.split("\r\n\r\n", 2);
    expect(head?.split("\r\n")).toEqual([
      "HTTP/1.1 418 Teapot",
      "Date: Mon, 01 Jan 2001 00:00:00 GMT",
      "Server: x",
      "Set-Cookie: a",
      "Set-Cookie: b",
      "Connection: close",
      "Transfer-Encoding: chunked",
    ]);
    expect(body).toContain("short and stout");
  });

  it("each part of a response as it comes", async () => {
    const goOn = Promise.withResolvers<undefined>();
    const { port } = await withWorker((_request, response) => {
      response.write("first");
      void goOn.promise.then(() => response.end("last"));
    });
    const request = httpRequest({ host: "127.0.0.1", port, agent: false }).end();
    const [response] = (await once(request, "response")) as [IncomingMessage];
    expect(await readUntil(response, "first")).toBe("first");
    goOn.resolve(undefined);
    expect(await readText(response)).toBe("last");
  });

  it.each([
    ["204", 204, {}],
    ["304", 304, { "Content-Length": "7" }],
    ["a HEAD response", 200, { "Content-Length": "7" }],
  ])("%s without a body, and the connection goes on", async (name, status, fields) => {
    const { port } = await withWorker((_request, response) => {
      response.writeHead(status, fields).end();
    });
    const method = name.includes("HEAD") ? "HEAD" : "GET";
    const request = `${method} / HTTP/1.1\r\nHost: a\r\n`;
    const answers = await sendBytes(port, `${request}\r\n${request}Connection: close\r\n\r\n`);
    expect(answers.match(new RegExp(`HTTP/1.1 ${status}`, "g"))?.length).toBe(2);
    expect(answers.endsWith("\r\n\r\n")).toBe(true);
  });

  it.each([
    ["HTTP/1.1, a length", "1.1", "Content-Length: 100\r\n\r\nabc"],
    ["HTTP/1.1, chunks", "1.1", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"],
    ["HTTP/1.0, chunks", "1.0", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"],
  ])("a response that breaks off as broken off (%s)", async (_, version, rest) => {
    const worker = await startTcpServer((socket) =>
      socket.once("data", () => socket.end(`HTTP/1.1 200 OK\r\n${rest}`)),
    );
    closers.push(() => worker.close());
    const { address } = await listenerBefore(() => worker.port);
    const outcome = sendBytes(address.port, `GET / HTTP/${version}\r\nHost: a\r\n\r\n`);
    // HTTP/1.0 has no other way to tell than a reset; HTTP/1.1 tells by the missing rest.
    if (version === "1.0") await expect(outcome).rejects.toThrow("ECONNRESET");
    else expect(await outcome).not.toMatch(/0\r\n\r\n$|HTTP\/1.1 502/);
  });

  it("an answer that came before the end of its upload, on a connection that goes on", async () => {
    const { port } = await withWorker((request, response) => {
      if (request.url === "/next") response.end("next");
      else response.writeHead(413).end("too large");
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const upload = httpRequest({ host: "127.0.0.1", port, method: "POST", agent });
    upload.write(Buffer.alloc(1024 * 1024));
    const [response] = (await once(upload, "response")) as [IncomingMessage];
    expect([response.statusCode, await readUntil(response, "large")]).toEqual([413, "too large"]);
    upload.end(Buffer.alloc(4 * 1024 * 1024));
    const next = httpRequest({ host: "127.0.0.1", port, path: "/next", agent }).end();
    const [following] = (await once(next, "response")) as [IncomingMessage];
    expect([next.socket === upload.socket, await readText(following)]).toEqual([true, "next"]);
    agent.destroy();
  });

  it.each([
    ["a missing Host", "GET / HTTP/1.1\r\n\r\n", 400],
    ["a missing Host with HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 400],
    ["two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400],
    ["a malformed Host", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400],
    ["OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400],
    ["CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 400],
    [
      "two framings",
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400,
    ],
    ["two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400],
    [
      "an unknown coding",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      501,
    ],
    ["a target beyond ASCII", "GET /\xe9 HTTP/1.1\r\nHost: a\r\n\r\n", 400],
    ["a head beyond 64 KiB", `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(66_000)}\r\n\r\n`, 431],
  ])("a refusal of %s, which the Worker never sees", async (_, bytes, status) => {
    let seen = 0;
    const { port } = await withWorker((_request, response) => {
      seen++;
      response.end();
    });
    const socket = connect(port, "127.0.0.1");
    socket.write(Buffer.from(bytes, "latin1"));
    expect(await readUntil(socket, "\r\n")).toContain(`HTTP/1.1 ${status} `);
    socket.destroy();
    expect(seen).toBe(0);
  });

  it.each([
    ["nobody listens at the Worker's port", async () => closedPort()],
    ["the Worker's process is being replaced", async () => undefined],
  ])("502 while %s", async (_, find) => {
    const port = await find();
    const { address } = await listenerBefore(() => port);
    const { status, text } = await ask(address.port, { method: "POST", body: "x" });
    expect([status, text]).toEqual([502, "The edge is restarting. Try again in a moment.\n"]);
  });

  it("an answer although the Worker closes a resting connection", async () => {
    const worker = await startTcpServer((socket) => {
      let requests = 0;
      socket.on("data", () => {
        if (++requests > 1) socket.resetAndDestroy();
        else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      });
    });
    closers.push(() => worker.close());
    const { address } = await listenerBefore(() => worker.port);
    expect((await ask(address.port, {})).text).toBe("ok");
    expect((await ask(address.port, {})).text).toBe("ok");
  });
});

describe("closing", () => {
  it("lets a running request finish, and closes resting connections", async () => {
    const goOn = Promise.withResolvers<undefined>();
    const { port, listener } = await withWorker((request, response) => {
      if (request.url === "/fast") {
        response.end("fast");
        return;
      }
      response.write("begun ");
      void goOn.promise.then(() => response.end("done"));
    });
    const resting = connect(port, "127.0.0.1");
    resting.write("GET /fast HTTP/1.1\r\nHost: a\r\n\r\n");
    await readUntil(resting, "fast");
    const running = httpRequest({ host: "127.0.0.1", port, agent: new Agent({ keepAlive: true }) }).end();
    const [response] = (await once(running, "response")) as [IncomingMessage];
    const restingClosed = once(resting, "close");
    const closed = listener.close(5_000);
    await restingClosed;
    goOn.resolve(undefined);
    expect(await readText(response)).toBe("begun done");
    await closed;
    await expect(ask(port, {})).rejects.toThrow("ECONNREFUSED");
  });

  it("breaks what does not finish in time", async () => {
    const { port, listener } = await withWorker((_request, response) => response.write("begun"));
    const request = httpRequest({ host: "127.0.0.1", port, agent: false }).end();
    const [response] = (await once(request, "response")) as [IncomingMessage];
    await listener.close(20);
    await expect(readText(response)).rejects.toThrow("aborted");
  });
});

it("names an address that it cannot listen on", async () => {
  const { listener } = await withWorker(telling);
  const upstream = workerUpstream(() => undefined);
  await expect(
    startHttpListener({ address: listener.address, upstream, clientSecret: "x", log: recordingLog() }),
  ).rejects.toThrow(`http 127.0.0.1:${listener.address.port}: the address is in use`);
});
