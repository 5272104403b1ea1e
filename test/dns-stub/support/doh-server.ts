/** A DoH resolver of the test's own, on loopback, that answers as it is told. */
import { once } from "node:events";
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from "node:http2";
import { createServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { MessageEncoder } from "../../../worker/dns/wire/encode.ts";
import type { Message } from "../../../worker/dns/wire/message.ts";
import { issueLeaf } from "../../../embedded-edge/certificates/issue.ts";
import { testAuthority } from "../../embedded-edge/support/tls.ts";

export const DOH_HOST = "doh.test";

/** A message, octets that are to pass as one, or an HTTP status. `undefined`: never. */
export type DohAnswer = Message | Uint8Array | number | undefined;

export interface DohRequest {
  readonly method: string;
  readonly path: string;
  readonly httpVersion: string;
  readonly authorization: string | undefined;
  readonly query: Uint8Array;
}

export interface DohServer {
  readonly port: number;
  readonly ca: string;
  readonly url: string;
  /** What was asked, in order. */
  readonly requests: readonly DohRequest[];
  /** How many connections there have been. */
  readonly connections: number;
  readonly sessions: ReadonlySet<ServerHttp2Session>;
  answer: (request: DohRequest) => DohAnswer | Promise<DohAnswer>;
  headers: Record<string, string>;
  /** Ends every connection without a word. */
  drop(): void;
  close(): Promise<void>;
}

const encoder = new MessageEncoder();

export async function startDohServer(
  answer: DohServer["answer"],
  { http2 = true }: { http2?: boolean } = {},
): Promise<DohServer> {
  const authority = await testAuthority();
  const pair = await issueLeaf(authority, { dns: [DOH_HOST], addresses: [] }, Date.now());
  const server = (http2 ? createSecureServer(pair) : createServer(pair)) as Http2SecureServer;
  const sockets = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  const requests: DohRequest[] = [];
  let connections = 0;
  server.on("secureConnection", (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("session", (session: ServerHttp2Session) => {
    sessions.add(session);
    session.on("error", () => session.destroy());
    session.once("close", () => sessions.delete(session));
  });
  server.on("request", (request, response) => void serve(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  async function serve(request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
    const url = new URL(request.url, "https://x");
    const asked: DohRequest = {
      method: request.method,
      path: url.pathname,
      httpVersion: request.httpVersion,
      authorization: request.headers.authorization,
      query: Buffer.from(url.searchParams.get("dns") ?? "", "base64url"),
    };
    requests.push(asked);
    const given = await doh.answer(asked);
    if (given === undefined || response.destroyed) return;
    if (typeof given === "number") {
      response.writeHead(given).end();
      return;
    }
    const octets = given instanceof Uint8Array ? given : encoder.encode(given);
    response.writeHead(200, { "content-type": "application/dns-message", ...doh.headers }).end(octets);
  }

  const doh: DohServer = {
    port,
    ca: authority.pem,
    url: `https://${DOH_HOST}:${port}/dns-query`,
    requests,
    get connections() {
      return connections;
    },
    sessions,
    answer,
    headers: {},
    drop() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return doh;
}
