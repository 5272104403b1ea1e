import { once } from "node:events";
import { Agent, type IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { GATEWAY_FAULT_HEADER } from "../../../../contract/index.ts";
import { readText, startTcpServer } from "../../support/http.ts";
import { faultOf, gatewayScope, type StartGateway } from "./scope.ts";

export function describeKeptConnections(start: StartGateway): void {
  describe("on a kept connection that the upstream closes", () => {
    const { using, through, openThrough } = gatewayScope(start, { targets: ["127.0.0.1/32"] });

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

    it("sends a request again that came on a kept connection, too", async () => {
      const { seen, starting } = forgetful();
      const { port } = await using(starting);
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (const method of ["GET", "GET", "DELETE", "PUT"]) {
        const request = openThrough(port, method, {}, { agent }).end();
        const [response] = (await once(request, "response")) as [IncomingMessage];
        expect([response.statusCode, await readText(response)]).toEqual([200, "ok"]);
      }
      expect(seen.length).toBeGreaterThan(4);
      agent.destroy();
    });

    it("sends a POST never again, also where it came on a kept connection", async () => {
      const { seen, starting } = forgetful();
      const { port } = await using(starting);
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const ask = async (method: string) => {
        const request = openThrough(port, method, {}, { agent }).end();
        const [response] = (await once(request, "response")) as [IncomingMessage];
        await readText(response);
        return [response.statusCode, response.headers[GATEWAY_FAULT_HEADER]];
      };
      expect(await ask("GET")).toEqual([200, undefined]);
      expect(await ask("POST")).toEqual([502, "reset"]);
      expect(seen).toEqual(["GET / HTTP/1.1", "POST / HTTP/1.1"]);
      agent.destroy();
    });

    it.each([
      ["a POST", { method: "POST" }],
      ["a body", { method: "PUT", body: "x" }],
    ])("answers reset for %s", async (_, asked) => {
      const { port } = await using(forgetful().starting);
      // Requests with a body and those without may have connections of their own.
      expect((await through(port, asked)).text).toBe("ok");
      expect(await faultOf(through(port, asked))).toEqual([502, "reset"]);
    });
  });
}
