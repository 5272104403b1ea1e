/** What any origin gateway must do (contract/gateway.ts), over real sockets. */
import { once } from "node:events";
import { type IncomingMessage, request as httpRequest } from "node:http";
import type { Duplex } from "node:stream";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { GATEWAY_FAULT_HEADER, GATEWAY_HEADERS } from "../../../contract/index.ts";
import {
  type Asked,
  ask,
  closedPort,
  type Peer,
  readText,
  readUntil,
  sendBytes,
  startServer,
  startTcpServer,
} from "../support/http.ts";

export interface GatewayUnderTest {
  readonly port: number;
  readonly secret: string;
  close(): Promise<void>;
}

/**
 * @param start starts a gateway that may dial 127.0.0.1 and nothing else
 */
export function describeGateway(name: string, start: () => Promise<GatewayUnderTest>): void {
  describe(name, () => {
    let gateway: GatewayUnderTest;
    const peers: Peer<unknown>[] = [];
    beforeAll(async () => {
      gateway = await start();
    });
    afterAll(() => gateway.close());
    afterEach(async () => {
      await Promise.all(peers.splice(0).map((peer) => peer.close()));
    });

    async function using<S>(starting: Promise<Peer<S>>): Promise<Peer<S>> {
      const peer = await starting;
      peers.push(peer);
      return peer;
    }
    const headersFor = (upstream: string) => ({
      [GATEWAY_HEADERS.upstream]: upstream,
      [GATEWAY_HEADERS.host]: "shop.example",
      [GATEWAY_HEADERS.secret]: gateway.secret,
    });
    const through = (port: number, asked: Asked = {}) =>
      ask(gateway.port, {
        ...asked,
        headers: { ...headersFor(`http://127.0.0.1:${port}`), ...asked.headers },
      });
    const openThrough = (port: number, method: string, headers: Record<string, string> = {}) =>
      httpRequest({
        host: "127.0.0.1",
        port: gateway.port,
        method,
        headers: { ...headersFor(`http://127.0.0.1:${port}`), ...headers },
        agent: false,
      });

    describe("forwards", () => {
      it("method, target and fields, with the Host it is told and without its own fields", async () => {
        const { port } = await using(
          startServer((request, response) => {
            response.end(JSON.stringify([request.method, request.url, request.rawHeaders]));
          }),
        );
        const { status, text } = await through(port, {
          method: "DELETE",
          path: "//a/../b%2F?x=%20&&y",
          headers: { "X-One": ["1", "2"], "lintel-other": "x", "X-Hop": "1", Connection: "close, x-hop" },
        });
        expect(status).toBe(200);
        const [method, url, raw] = JSON.parse(text) as [string, string, string[]];
        expect([method, url]).toEqual(["DELETE", "//a/../b%2F?x=%20&&y"]);
        const names = raw.filter((_, i) => i % 2 === 0).map((field) => field.toLowerCase());
        expect(names.filter((field) => field.startsWith("lintel-") || field === "x-hop")).toEqual([]);
        expect(raw.slice(raw.indexOf("Host"), raw.indexOf("Host") + 2)).toEqual(["Host", "shop.example"]);
        expect(raw.filter((_, i) => raw[i - 1] === "X-One")).toEqual(["1", "2"]);
      });

      it.each([
        ["a length", { "content-length": "5" }],
        ["chunks", { "transfer-encoding": "chunked" }],
      ])("a body with %s", async (_, headers) => {
        const { port } = await using(
          startServer((request, response) => {
            void readText(request).then((text) => response.end(`got ${text}`));
          }),
        );
        expect((await through(port, { method: "POST", headers, body: "hello" })).text).toBe("got hello");
      });

      it.each([
        ["a length", 200, { "Content-Length": "2" }, "ok"],
        ["chunks", 201, {}, "ok"],
        ["204", 204, {}, ""],
        ["304 with the length of what it is not", 304, { "Content-Length": "7", ETag: '"x"' }, ""],
        ["500", 500, { "X-Reason": "none" }, "sorry"],
      ])("a response with %s", async (_, status, fields, body) => {
        const { port } = await using(
          startServer((_request, response) => {
            response.writeHead(status, fields).end(body);
          }),
        );
        const received = await through(port);
        expect([received.status, received.text]).toEqual([status, body]);
        for (const [field, value] of Object.entries(fields)) {
          expect(received.headers[field.toLowerCase()]).toBe(value);
        }
        expect(received.headers[GATEWAY_FAULT_HEADER]).toBeUndefined();
      });

      it("the length of a HEAD response, and no body", async () => {
        const { port } = await using(
          startServer((_request, response) => {
            response.writeHead(200, { "Content-Length": "12345" }).end();
          }),
        );
        const { headers, text } = await through(port, { method: "HEAD" });
        expect([headers["content-length"], text]).toEqual(["12345", ""]);
      });

      it("a response without 1xx ones before it", async () => {
        const { port } = await using(
          startServer((_request, response) => {
            response.writeEarlyHints({ link: "</a>; rel=preload" });
            response.end("final");
          }),
        );
        expect((await through(port)).text).toBe("final");
      });

      it("each part of a response as it comes", async () => {
        const goOn = Promise.withResolvers<undefined>();
        const { port } = await using(
          startServer((_request, response) => {
            response.write("first");
            void goOn.promise.then(() => response.end("last"));
          }),
        );
        const request = openThrough(port, "GET").end();
        const [response] = (await once(request, "response")) as [IncomingMessage];
        expect(await readUntil(response, "first")).toBe("first");
        goOn.resolve(undefined);
        expect(await readText(response)).toBe("last");
      });

      it("each part of a request as it comes", async () => {
        const arrived = Promise.withResolvers<string>();
        const { port } = await using(
          startServer((request, response) => {
            void readUntil(request, "first").then(arrived.resolve);
            request.once("end", () => response.end("thanks"));
          }),
        );
        const request = openThrough(port, "POST");
        request.write("first");
        expect(await arrived.promise).toBe("first");
        request.end("last");
        const [response] = (await once(request, "response")) as [IncomingMessage];
        expect(await readText(response)).toBe("thanks");
      });

      it("on connections that it keeps", async () => {
        const sockets = new Set<unknown>();
        const { port } = await using(
          startServer((request, response) => {
            sockets.add(request.socket);
            response.end("ok");
          }),
        );
        await through(port);
        await through(port);
        expect(sockets.size).toBe(1);
      });

      it("without what only a gateway may say", async () => {
        const { port } = await using(
          startServer((_request, response) => {
            response.writeHead(502, { [GATEWAY_FAULT_HEADER]: "dial", "Lintel-Other": "x" }).end();
          }),
        );
        const { status, headers } = await through(port);
        expect([status, headers[GATEWAY_FAULT_HEADER], headers["lintel-other"]]).toEqual([
          502,
          undefined,
          undefined,
        ]);
      });

      it("a WebSocket, both ways", async () => {
        const { server, port } = await using(startServer((_request, response) => response.end()));
        const webSockets = new WebSocketServer({ server });
        webSockets.on("connection", (socket, request) => {
          socket.send(`${request.headers.host} ${request.headers["lintel-secret"]}`);
          socket.on("message", (data: Buffer) => socket.send(`echo ${data.toString()}`));
        });
        const client = new WebSocket(`ws://127.0.0.1:${gateway.port}/ws`, {
          headers: headersFor(`http://127.0.0.1:${port}`),
        });
        const messages: string[] = [];
        client.on("message", (data: Buffer) => messages.push(data.toString()));
        await once(client, "message");
        client.send("hello");
        await once(client, "message");
        expect(messages).toEqual(["shop.example undefined", "echo hello"]);
        client.close();
        await once(client, "close");
      });

      it("the refusal of a WebSocket", async () => {
        const { server, port } = await using(startServer((_request, response) => response.end()));
        server.on("upgrade", (_request, socket: Duplex) => {
          socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\nConnection: close\r\n\r\nnope");
        });
        const client = new WebSocket(`ws://127.0.0.1:${gateway.port}/ws`, {
          headers: headersFor(`http://127.0.0.1:${port}`),
        });
        const [, response] = (await once(client, "unexpected-response")) as [unknown, IncomingMessage];
        expect([response.statusCode, await readText(response)]).toEqual([403, "nope"]);
      });
    });

    describe("answers itself with", () => {
      const fault = async (asked: Promise<{ status: number; headers: Record<string, unknown> }>) => {
        const { status, headers } = await asked;
        return [status, headers[GATEWAY_FAULT_HEADER]];
      };

      it.each([
        ["no secret", { [GATEWAY_HEADERS.secret]: [] }],
        ["a wrong secret", { [GATEWAY_HEADERS.secret]: "wrong" }],
        [
          "a wrong secret and a bad target",
          { [GATEWAY_HEADERS.secret]: "", [GATEWAY_HEADERS.upstream]: "x" },
        ],
      ])("secret for %s", async (_, headers) => {
        expect(await fault(through(1, { headers }))).toEqual([403, "secret"]);
      });

      it.each([
        ["an address outside the ranges", { [GATEWAY_HEADERS.upstream]: "http://127.1.2.3:80" }],
        ["a metadata service", { [GATEWAY_HEADERS.upstream]: "http://169.254.169.254" }],
        ["no target", { [GATEWAY_HEADERS.upstream]: [] }],
        ["a target with a path", { [GATEWAY_HEADERS.upstream]: "http://127.0.0.1:1/" }],
        ["two targets", { [GATEWAY_HEADERS.upstream]: ["http://127.0.0.1:1", "http://127.0.0.1:2"] }],
        ["no Host", { [GATEWAY_HEADERS.host]: [] }],
        ["a malformed Host", { [GATEWAY_HEADERS.host]: "a b" }],
      ])("target for %s", async (_, headers) => {
        expect(await fault(through(1, { headers }))).toEqual([403, "target"]);
      });

      it("dial for an upstream that nobody listens on", async () => {
        expect(await fault(through(await closedPort()))).toEqual([502, "dial"]);
      });

      it("dial before a body has come", async () => {
        const request = openThrough(await closedPort(), "POST", { "content-length": "5" });
        request.flushHeaders();
        const [response] = (await once(request, "response")) as [IncomingMessage];
        expect([response.statusCode, response.headers[GATEWAY_FAULT_HEADER]]).toEqual([502, "dial"]);
        request.destroy();
      });

      it("reset for a connection that breaks after the request", async () => {
        const { port } = await using(startServer((request) => request.socket.destroy()));
        expect(await fault(through(port))).toEqual([502, "reset"]);
      });

      it("reset for an answer that is not HTTP", async () => {
        const { port } = await using(
          startTcpServer((socket) => socket.once("data", () => socket.end("hello\r\n"))),
        );
        expect(await fault(through(port))).toEqual([502, "reset"]);
      });

      it("reset for an answer with two framings", async () => {
        const answer = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
        const { port } = await using(
          startTcpServer((socket) => socket.once("data", () => socket.end(answer))),
        );
        expect(await fault(through(port))).toEqual([502, "reset"]);
      });
    });

    describe("on a kept connection that the upstream closes", () => {
      /** Answers the first request of each connection, and closes on the second without a word. */
      const forgetful = () => {
        const seen: string[] = [];
        const starting = startTcpServer((socket) => {
          let requests = 0;
          socket.on("data", (chunk) => {
            const line = chunk.toString("latin1").split("\r\n")[0] ?? "";
            seen.push(line);
            if (++requests > 1) socket.resetAndDestroy();
            else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
          });
        });
        return { seen, starting };
      };

      it("sends a request again that may be sent twice", async () => {
        const { seen, starting } = forgetful();
        const { port } = await using(starting);
        await through(port);
        expect((await through(port, { path: "/again" })).text).toBe("ok");
        expect(seen).toEqual(["GET / HTTP/1.1", "GET /again HTTP/1.1", "GET /again HTTP/1.1"]);
      });

      it.each([
        ["a POST", { method: "POST" }],
        ["a body", { method: "PUT", body: "x" }],
      ])("answers reset for %s", async (_, asked) => {
        const { port } = await using(forgetful().starting);
        await through(port);
        const { status, headers } = await through(port, asked);
        expect([status, headers[GATEWAY_FAULT_HEADER]]).toEqual([502, "reset"]);
      });
    });

    describe("never lets a broken message look whole:", () => {
      it.each([
        ["fewer bytes than its length", "Content-Length: 100\r\n\r\nabc"],
        ["chunks without an end", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"],
      ])("a response with %s", async (_, rest) => {
        const { port } = await using(
          startTcpServer((socket) => socket.once("data", () => socket.end(`HTTP/1.1 200 OK\r\n${rest}`))),
        );
        await expect(through(port)).rejects.toThrow("aborted");
      });

      it("a request that its client breaks off", async () => {
        const outcome = Promise.withResolvers<string>();
        const { port } = await using(
          startServer((request) => {
            request.once("data", () =>
              outcome.resolve(
                readText(request).then(
                  () => "whole",
                  () => "broken",
                ),
              ),
            );
          }),
        );
        const request = openThrough(port, "POST");
        request.on("error", () => undefined);
        request.write("part");
        const seen = outcome.promise;
        await once(request, "socket");
        setImmediate(() => request.flushHeaders());
        await Promise.race([seen, once(request.socket as Duplex, "connect")]);
        request.write("more", () => request.destroy());
        expect(await seen).toBe("broken");
      });

      it("a request with two framings", async () => {
        const { port } = await using(startServer((_request, response) => response.end("no")));
        const fields = Object.entries(headersFor(`http://127.0.0.1:${port}`)).map(
          ([n, v]) => `${n}: ${v}\r\n`,
        );
        const answer = await sendBytes(
          gateway.port,
          `POST / HTTP/1.1\r\nHost: x\r\n${fields.join("")}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
        );
        expect(answer).toMatch(/^HTTP\/1.1 400 /);
      });
    });

    it("ends the upstream's request when its client goes away", async () => {
      const reached = Promise.withResolvers<IncomingMessage>();
      const { port } = await using(startServer((request) => reached.resolve(request)));
      const request = openThrough(port, "GET").end();
      request.on("error", () => undefined);
      const upstream = await reached.promise;
      const closed = once(upstream.socket, "close");
      request.destroy();
      await closed;
    });
  });
}
