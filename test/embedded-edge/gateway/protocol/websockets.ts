import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { readText, startServer, startTcpServer } from "../../support/http.ts";
import { faultOf, gatewayScope, type StartGateway } from "./scope.ts";

export function describeWebSockets(start: StartGateway): void {
  describe("forwards", () => {
    const { port: gateway, using, headersFor, through } = gatewayScope(start, { targets: ["127.0.0.1/32"] });

    it("a WebSocket, both ways", async () => {
      const { server, port } = await using(startServer((_request, response) => response.end()));
      const webSockets = new WebSocketServer({ server });
      webSockets.on("connection", (socket, request) => {
        socket.send(`${request.headers.host} ${request.headers["lintel-secret"]}`);
        socket.on("message", (data: Buffer) => socket.send(`echo ${data.toString()}`));
      });
      const client = new WebSocket(`ws://127.0.0.1:${gateway()}/ws`, {
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
      const client = new WebSocket(`ws://127.0.0.1:${gateway()}/ws`, {
        headers: headersFor(`http://127.0.0.1:${port}`),
      });
      const [, response] = (await once(client, "unexpected-response")) as [unknown, IncomingMessage];
      expect([response.statusCode, await readText(response)]).toEqual([403, "nope"]);
    });

    it("no other change of protocol", async () => {
      const { port } = await using(
        startTcpServer((socket) =>
          socket.once("data", () =>
            socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"),
          ),
        ),
      );
      const headers = { Connection: "Upgrade, HTTP2-Settings", Upgrade: "h2c", "HTTP2-Settings": "" };
      expect(await faultOf(through(port, { headers }))).toEqual([502, "reset"]);
    });
  });
}
