import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { readText, startServer, startTcpServer } from "../../support/http.ts";
import { faultOf, gatewayScope, type StartGateway } from "./scope.ts";

export function describeTimeouts(start: StartGateway): void {
  describe("with short limits", () => {
    const {
      port: gateway,
      using,
      headersFor,
      through,
      throughTo,
      openThrough,
    } = gatewayScope(start, {
      targets: ["127.0.0.1/32"],
      limits: { connectMs: 200, idleMs: 200 },
    });

    it("reports dial when TLS does not come about in time", async () => {
      const { port } = await using(startTcpServer(() => undefined));
      expect(await faultOf(throughTo(`https://127.0.0.1:${port}`))).toEqual([502, "dial"]);
    });

    it("reports timeout for an upstream that does not answer", async () => {
      const { port } = await using(startServer(() => undefined));
      expect(await faultOf(through(port))).toEqual([504, "timeout"]);
    });

    it("reports timeout for an upstream that has a body and does not answer", async () => {
      const { port } = await using(startServer((request) => void request.resume()));
      expect(await faultOf(through(port, { method: "POST", body: "x" }))).toEqual([504, "timeout"]);
    });

    it("cuts a response that stops midway", async () => {
      const { port } = await using(startServer((_request, response) => response.write("part")));
      await expect(through(port)).rejects.toThrow("aborted");
    });

    it("waits for a client that takes its time to read", async () => {
      const size = 16 * 1024 * 1024;
      const { port } = await using(startServer((_request, response) => response.end(Buffer.alloc(size))));
      const request = openThrough(port, "GET").end();
      const [response] = (await once(request, "response")) as [IncomingMessage];
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect((await readText(response)).length).toBe(size);
    });

    it("leaves a WebSocket alone that rests", async () => {
      const { server, port } = await using(startServer((_request, response) => response.end()));
      new WebSocketServer({ server }).on("connection", (socket) => {
        socket.on("message", (data: Buffer) => socket.send(data.toString()));
      });
      const client = new WebSocket(`ws://127.0.0.1:${gateway()}/`, {
        headers: headersFor(`http://127.0.0.1:${port}`),
      });
      await once(client, "open");
      await new Promise((resolve) => setTimeout(resolve, 500));
      client.send("still here");
      const [data] = (await once(client, "message")) as [Buffer];
      expect(data.toString()).toBe("still here");
      client.terminate();
    });
  });
}
