/** Upstreams that speak TLS, verified and not. */
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { describe, expect, it } from "vitest";
import { GATEWAY_HEADERS } from "../../../../contract/index.ts";
import {
  type Authority,
  issueAuthority,
  issueLeaf,
  type KeyPair,
  openAuthority,
} from "../../../../embedded-edge/certificates/issue.ts";
import { type Peer, startServer } from "../../support/http.ts";
import { faultOf, gatewayScope, type StartGateway } from "./scope.ts";

interface TlsPeer extends Peer<unknown> {
  /** The server names that its clients sent. */
  readonly names: (string | false)[];
  readonly connections: () => number;
}

async function startTlsServer(pair: KeyPair): Promise<TlsPeer> {
  const names: (string | false)[] = [];
  let connections = 0;
  const server = createServer(pair, (request, response) => {
    response.end(`${request.headers.host} ${request.method}`);
  });
  server.on("secureConnection", (socket: TLSSocket & { servername: string | false }) => {
    connections++;
    names.push(socket.servername);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    server,
    names,
    connections: () => connections,
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

export function describeTls(start: StartGateway): void {
  describe("for an upstream with TLS", () => {
    let authority: Authority;
    const { using, throughTo, through } = gatewayScope(start, async () => {
      const pair = await issueAuthority(Date.now());
      authority = await openAuthority(pair);
      return { targets: ["127.0.0.1/32"], authorities: pair.cert };
    });
    const leaf = (by: Authority, ...dns: [string, ...string[]]) => issueLeaf(by, { dns }, Date.now());
    const verify = (name: string | string[]) => ({ headers: { [GATEWAY_HEADERS.verify]: name } });
    const served = async (pair: KeyPair) => {
      const peer = await startTlsServer(pair);
      await using(Promise.resolve(peer));
      return { ...peer, upstream: `https://127.0.0.1:${peer.port}` };
    };

    it("takes any certificate, sends no server name, and keeps the connection", async () => {
      const { upstream, names, connections } = await served(await issueAuthority(Date.now()));
      for (const method of ["GET", "PUT"]) {
        expect((await throughTo(upstream, { method })).text).toBe(`shop.example ${method}`);
      }
      expect([names, connections()]).toEqual([[false], 1]);
    });

    it("verifies the certificate for the name that it is told, and sends it", async () => {
      const { upstream, names } = await served(await leaf(authority, "one.example", "*.two.example"));
      expect((await throughTo(upstream, verify("one.example"))).text).toBe("shop.example GET");
      expect((await throughTo(upstream, verify("a.two.example"))).text).toBe("shop.example GET");
      expect(names).toEqual(["one.example", "a.two.example"]);
    });

    it("reports dial for another name's certificate, also after the right name or none was asked for", async () => {
      const { upstream } = await served(await leaf(authority, "one.example"));
      expect((await throughTo(upstream)).status).toBe(200);
      expect((await throughTo(upstream, verify("one.example"))).status).toBe(200);
      expect(await faultOf(throughTo(upstream, verify("two.example")))).toEqual([502, "dial"]);
    });

    it("reports dial for a certificate that a stranger signed", async () => {
      const stranger = await openAuthority(await issueAuthority(Date.now()));
      const { upstream } = await served(await leaf(stranger, "one.example"));
      expect(await faultOf(throughTo(upstream, verify("one.example")))).toEqual([502, "dial"]);
    });

    it("reports dial for an upstream that speaks no TLS", async () => {
      const { port } = await using(startServer((_request, response) => response.end("plain")));
      expect(await faultOf(throughTo(`https://127.0.0.1:${port}`))).toEqual([502, "dial"]);
    });

    it.each([
      ["an empty name", ""],
      ["an address", "127.0.0.1"],
      ["an IPv6 address", "::1"],
      ["a wildcard", "*.example"],
      ["two names", ["one.example", "one.example"]],
      ["a name with a space", "one example"],
      ["a label that is too long", `${"a".repeat(64)}.example`],
    ])("refuses to verify %s", async (_, name) => {
      expect(await faultOf(throughTo("https://127.0.0.1:1", verify(name)))).toEqual([403, "target"]);
    });

    it("refuses to verify what speaks no TLS", async () => {
      expect(await faultOf(through(1, verify("one.example")))).toEqual([403, "target"]);
    });
  });
}
