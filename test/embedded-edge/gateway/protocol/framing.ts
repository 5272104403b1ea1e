/** Messages that are broken, or could be read in two ways (RFC 9112 6.3, 11.2). */
import { describe, expect, it } from "vitest";
import { readText, sendBytes, startServer, startTcpServer } from "../../support/http.ts";
import { gatewayScope, type StartGateway } from "./scope.ts";

export function describeFraming(start: StartGateway): void {
  describe("never lets a broken message look whole:", () => {
    const { using, through, openThrough } = gatewayScope(start, { targets: ["127.0.0.1/32"] });

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
      const arrived = Promise.withResolvers<{ readonly end: Promise<string> }>();
      const { port } = await using(
        startServer((request) => {
          const end = new Promise<string>((resolve) => {
            request.once("end", () => resolve("whole"));
            request.once("error", () => resolve("broken"));
          });
          request.once("data", () => arrived.resolve({ end }));
        }),
      );
      const request = openThrough(port, "POST");
      request.on("error", () => undefined);
      request.write("part");
      const { end } = await arrived.promise;
      request.destroy();
      expect(await end).toBe("broken");
    });
  });

  describe("hides no request in another:", () => {
    const { port: gateway, using, headersFor } = gatewayScope(start, { targets: ["127.0.0.1/32"] });
    const HIDDEN = "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n";
    const CHUNKED = `0\r\n\r\n${HIDDEN}`;
    /** What an upstream sees of a request, and what comes back. */
    const send = async (line: string, fields: string, body: string) => {
      const seen: { url: string | undefined; framings: string[]; fields: string[] }[] = [];
      const { port } = await using(
        startServer((request, response) => {
          const names = Object.keys(request.headers);
          const framings = names.filter((name) => name === "content-length" || name === "transfer-encoding");
          seen.push({ url: request.url, framings, fields: names });
          void readText(request).then(
            () => response.end("served"),
            () => response.destroy(),
          );
        }),
      );
      const ours = Object.entries(headersFor(`http://127.0.0.1:${port}`)).map(([n, v]) => `${n}: ${v}\r\n`);
      const head = `${line}\r\nHost: x\r\nConnection: close\r\n${ours.join("")}${fields}\r\n`;
      return { answer: await sendBytes(gateway(), head + body), seen };
    };

    it.each([
      ["a length and chunks", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", CHUNKED],
      ["chunks and a length", "Transfer-Encoding: chunked\r\nContent-Length: 45\r\n", CHUNKED],
      ["two lengths", "Content-Length: 0\r\nContent-Length: 40\r\n", HIDDEN],
      ["a list of lengths", "Content-Length: 0, 40\r\n", HIDDEN],
      ["a signed length", "Content-Length: +0\r\n", HIDDEN],
      ["a hexadecimal length", "Content-Length: 0x0\r\n", HIDDEN],
      ["a negative length", "Content-Length: -1\r\n", HIDDEN],
      ["an empty length", "Content-Length: \r\n", HIDDEN],
      ["an unknown coding", "Transfer-Encoding: xchunked\r\n", CHUNKED],
      ["chunks that are not last", "Transfer-Encoding: chunked, identity\r\n", CHUNKED],
      ["two codings in two fields", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", CHUNKED],
      ["a coding behind a control", "Transfer-Encoding: \x0bchunked\r\n", CHUNKED],
      ["a coding in quotes", 'Transfer-Encoding: "chunked"\r\n', CHUNKED],
      ["a space before the colon", "Transfer-Encoding : chunked\r\n", CHUNKED],
      ["a folded field", "X-One: a\r\n Transfer-Encoding: chunked\r\n", HIDDEN],
      ["a field that begins folded", " Transfer-Encoding: chunked\r\n", CHUNKED],
      ["a name with a space", "X One: a\r\n", HIDDEN],
      ["a field without a name", ": a\r\n", HIDDEN],
      ["a field without a colon", "Transfer-Encoding\r\n", HIDDEN],
      ["a NUL in a value", "X-One: a\x00b\r\n", HIDDEN],
      ["a bare CR in a value", "X-One: a\rTransfer-Encoding: chunked\r\n", HIDDEN],
      ["a chunk size that overflows", "Transfer-Encoding: chunked\r\n", `10000000000000000\r\n\r\n${HIDDEN}`],
      ["a chunk size that is none", "Transfer-Encoding: chunked\r\n", `0x0\r\n\r\n${HIDDEN}`],
    ])("%s", async (_, fields, body) => {
      const { answer, seen } = await send("POST / HTTP/1.1", fields, body);
      expect(answer).toMatch(/^HTTP\/1\.[01] (200|400|403|413|500|501|502) /);
      for (const request of seen) {
        expect(request.url).toBe("/");
        expect(request.framings.length).toBeLessThan(2);
        expect(request.fields.filter((name) => !/^[a-z0-9-]+$/.test(name))).toEqual([]);
      }
      expect(seen.length).toBeLessThan(2);
      expect(answer.split("HTTP/1.1 ").length).toBe(2);
    });

    it.each([
      ["another server's URL", "GET http://127.0.0.1:1/ HTTP/1.1"],
      ["a tunnel", "CONNECT 127.0.0.1:1 HTTP/1.1"],
      ["no path", "OPTIONS * HTTP/1.1"],
      ["no such version", "GET / HTTP/1.2.3"],
    ])("a request line with %s is not forwarded", async (_, line) => {
      const { answer, seen } = await send(line, "", "");
      expect(seen).toEqual([]);
      expect(answer).toMatch(/^(HTTP\/1\.[01] (400|403|405|505) |$)/);
    });
  });

  describe("hides no answer in another:", () => {
    const { using, through } = gatewayScope(start, { targets: ["127.0.0.1/32"] });
    const HIDDEN = "HTTP/1.1 200 OK\r\nX-Hidden: yes\r\nContent-Length: 6\r\n\r\nhidden";

    it.each([
      ["a length and chunks", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
      ["two lengths", "Content-Length: 0\r\nContent-Length: 9\r\n\r\n"],
      ["a folded field", "X-One: a\r\n Content-Length: 0\r\nContent-Length: 0\r\n\r\n"],
    ])("an answer with %s", async (_, rest) => {
      const { port } = await using(
        startTcpServer((socket) =>
          socket.on("data", () => socket.write(`HTTP/1.1 200 OK\r\n${rest}${HIDDEN}`)),
        ),
      );
      // Whether the first is refused or read in one way: the next request is not answered with what was left over.
      for (const asked of [{ path: "/one" }, { path: "/two" }]) {
        const { text, headers } = await through(port, asked);
        expect(headers["x-hidden"]).toBeUndefined();
        expect(text).not.toContain("hidden");
      }
    });
  });
}
