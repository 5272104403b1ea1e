/** Requests and answers, bodies and streams. */
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { GATEWAY_FAULT_HEADER } from "../../../../contract/index.ts";
import { readText, readUntil, startServer, startTcpServer } from "../../support/http.ts";
import { gatewayScope, type StartGateway } from "./scope.ts";

export function describeForwarding(start: StartGateway): void {
  describe("forwards", () => {
    const { using, through, openThrough } = gatewayScope(start, { targets: ["127.0.0.1/32"] });

    it("method, target and fields, with the Host it is told and without its own fields", async () => {
      const { port } = await using(
        startServer((request, response) => {
          response.end(JSON.stringify([request.method, request.url, request.rawHeaders]));
        }),
      );
      const { status, text } = await through(port, {
        method: "DELETE",
        path: "//a/../b%2F?x=%20&&y",
        headers: { "X-One": ["1", "2"], "lintel-other": "x", TE: "trailers", Upgrade: "h2c" },
      });
      expect(status).toBe(200);
      const [method, url, raw] = JSON.parse(text) as [string, string, string[]];
      expect([method, url]).toEqual(["DELETE", "//a/../b%2F?x=%20&&y"]);
      // Names of fields are case-insensitive (RFC 9110 5.1).
      const fields = raw.map((text, i) => (i % 2 === 0 ? text.toLowerCase() : text));
      const names = fields.filter((_, i) => i % 2 === 0);
      expect(names.filter((name) => name.startsWith("lintel-"))).toEqual([]);
      expect(names.filter((name) => ["te", "upgrade"].includes(name))).toEqual([]);
      expect(fields.filter((_, i) => fields[i - 1] === "host")).toEqual(["shop.example"]);
      expect(fields.filter((_, i) => fields[i - 1] === "x-one")).toEqual(["1", "2"]);
    });

    it("heads of 100 KiB, and many fields", async () => {
      const large = "l".repeat(100 * 1024);
      const { port } = await using(
        startTcpServer((socket) => {
          void readUntil(socket, "\r\n\r\n").then((head) => {
            const fields = head.split("\r\n").filter((line) => line.toLowerCase().startsWith("x-many-"));
            socket.end(
              `HTTP/1.1 200 OK\r\nX-Large: ${large}\r\nContent-Length: ${String(fields.length).length}\r\n\r\n${fields.length}`,
            );
          });
        }),
      );
      const many = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`x-many-${i}`, String(i)]));
      const options = { maxHeaderSize: 256 * 1024 };
      const asked = openThrough(port, "GET", { ...many, "x-large": large }, options).end();
      const [response] = (await once(asked, "response")) as [IncomingMessage];
      expect([response.headers["x-large"], await readText(response)]).toEqual([large, "400"]);
    });

    it("large bodies, both ways at once", async () => {
      const { port } = await using(startServer((request, response) => void request.pipe(response)));
      const size = 24 * 1024 * 1024;
      const body = Buffer.alloc(size, "0123456789abcdef");
      for (const headers of [{ "content-length": String(size) }, { "transfer-encoding": "chunked" }]) {
        const { text } = await through(port, { method: "POST", headers, body });
        expect([text.length, text === body.toString("latin1")]).toEqual([size, true]);
      }
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

    it("the end of a client that goes away", async () => {
      const reached = Promise.withResolvers<IncomingMessage>();
      const { port } = await using(startServer((request) => reached.resolve(request)));
      const request = openThrough(port, "GET").end();
      request.on("error", () => undefined);
      const upstream = await reached.promise;
      // By FIN or by RST.
      const closed = new Promise((resolve) => upstream.socket.once("close", resolve));
      request.destroy();
      await closed;
    });
  });
}
