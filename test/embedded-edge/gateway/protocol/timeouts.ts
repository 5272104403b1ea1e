import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { GATEWAY_HEADERS } from "../../../../contract/index.ts";
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

  describe("with long limits", () => {
    const idleMs = 20_000;
    const { using, through } = gatewayScope(start, {
      targets: ["127.0.0.1/32"],
      limits: { connectMs: 1_000, idleMs },
    });

    it("keeps to the shorter timeout that a request brings for the answer", async () => {
      const { port } = await using(startServer(() => undefined));
      const began = performance.now();
      const asked = { headers: { [GATEWAY_HEADERS.timeouts]: ",50," } };
      expect(await faultOf(through(port, asked))).toEqual([504, "timeout"]);
      expect(performance.now() - began).toBeLessThan(idleMs / 2);
    });
  });

  describe("keeps to the timeouts that a request brings", () => {
    const scope = gatewayScope(start, {
      targets: ["127.0.0.1/32"],
      limits: { connectMs: 1_000, idleMs: 400 },
    });
    const { port: gateway, using, headersFor, through } = scope;
    const timeouts = (text: string) => ({ headers: { [GATEWAY_HEADERS.timeouts]: text } });

    it("for the answer to a body that is sent", async () => {
      const { port } = await using(startServer((request) => void request.resume()));
      const asked = { ...timeouts(",50,60000"), method: "POST", body: "all of it" };
      expect(await faultOf(through(port, asked))).toEqual([504, "timeout"]);
    });

    it.each([",5000,", ",999999999999,"])("which may be longer than its own: %s", async (text) => {
      const late = startServer((_request, response) => void setTimeout(() => response.end("late"), 600));
      const { port } = await using(late);
      expect((await through(port, timeouts(text))).text).toBe("late");
    });

    it("for a WebSocket on which nobody speaks, and for none that has no timeout", async () => {
      const { server, port } = await using(startServer((_request, response) => response.end()));
      expect(new WebSocketServer({ server }).clients.size).toBe(0);
      const open = async (more: Record<string, string>) => {
        const headers = { ...headersFor(`http://127.0.0.1:${port}`), ...more };
        const client = new WebSocket(`ws://127.0.0.1:${gateway()}/ws`, { headers });
        await once(client, "open");
        return client;
      };
      const patient = await open({});
      const impatient = await open({ [GATEWAY_HEADERS.timeouts]: ",200," });
      expect(await once(impatient, "close")).toEqual([1006, expect.anything()]);
      expect(patient.readyState).toBe(WebSocket.OPEN);
      patient.close();
      await once(patient, "close");
    });

    it.each(["5", "1,2,3,4", "-1,,", "a,,"])("and refuses such as %j", async (text) => {
      expect(await faultOf(through(1, timeouts(text)))).toEqual([403, "target"]);
    });
  });
}
