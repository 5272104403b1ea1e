/** What the gateway answers itself. */
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { GATEWAY_FAULT_HEADER, GATEWAY_HEADERS } from "../../../../contract/index.ts";
import { closedPort, startServer, startTcpServer } from "../../support/http.ts";
import { faultOf, gatewayScope, type StartGateway } from "./scope.ts";

export function describeFaults(start: StartGateway): void {
  describe("answers itself with", () => {
    const { using, through, openThrough } = gatewayScope(start, { targets: ["127.0.0.1/32"] });

    it.each([
      ["no secret", { [GATEWAY_HEADERS.secret]: [] }],
      ["a wrong secret", { [GATEWAY_HEADERS.secret]: "wrong" }],
      ["a wrong secret and a bad target", { [GATEWAY_HEADERS.secret]: "", [GATEWAY_HEADERS.upstream]: "x" }],
    ])("secret for %s", async (_, headers) => {
      expect(await faultOf(through(1, { headers }))).toEqual([403, "secret"]);
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
      expect(await faultOf(through(1, { headers }))).toEqual([403, "target"]);
    });

    it("dial for an upstream that nobody listens on", async () => {
      expect(await faultOf(through(await closedPort()))).toEqual([502, "dial"]);
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
      expect(await faultOf(through(port))).toEqual([502, "reset"]);
    });

    it("reset for an answer that is not HTTP", async () => {
      const { port } = await using(
        startTcpServer((socket) => socket.once("data", () => socket.end("hello\r\n"))),
      );
      expect(await faultOf(through(port))).toEqual([502, "reset"]);
    });
  });
}
