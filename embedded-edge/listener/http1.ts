/** HTTP/1.1 and HTTP/1.0 from clients, in the clear or within TLS. */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { Duplex } from "node:stream";
import { discardRest } from "../http/discard.ts";
import { asksForWebSocket, refuse } from "../http/upgrade.ts";
import type { EdgeLog } from "../options.ts";
import type { LogOf } from "./access-log.ts";
import type { FactsOf } from "./connection-facts.ts";
import { forward } from "./forward.ts";
import { http1Reply, replyWithText } from "./reply.ts";
import { http1Head, isRefusal } from "./request-head.ts";
import { forwardWebSocket } from "./websocket.ts";
import type { WorkerUpstream } from "./worker-upstream.ts";

/** A listener's bearing, shared by its protocols. */
export interface Service {
  readonly upstream: WorkerUpstream;
  readonly factsOf: FactsOf;
  readonly log: EdgeLog;
  readonly logOf: LogOf;
  readonly isDraining: () => boolean;
}

/** Options of Node's servers, with or without TLS. */
export const HTTP1_OPTIONS = {
  maxHeaderSize: 64 * 1024,
  headersTimeout: 60_000,
  // An upload takes as long as it takes.
  requestTimeout: 0,
  keepAliveTimeout: 65_000,
  // requestHead has the last word on Host, for HTTP/1.0 as well.
  requireHostHeader: false,
  shouldUpgradeCallback: asksForWebSocket,
};

/** Serves a server's requests. Returns the connections that have become WebSockets, kept up to date. */
export function serveHttp1(server: Server | HttpsServer, service: Service): ReadonlySet<Duplex> {
  const webSockets = new Set<Duplex>();
  // All of them, within maxHeaderSize: by default Node leaves out those after the thousandth, silently.
  server.maxHeadersCount = 0;
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    serveRequest(request, response, service);
  });
  server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
    response.writeContinue();
    serveRequest(request, response, service);
  });
  server.on("connect", (_request: IncomingMessage, client: Duplex) => {
    client.on("error", () => client.destroy());
    refuse(client, 400, [], "CONNECT is not served here\n");
  });
  server.on("upgrade", (request: IncomingMessage, client: Duplex, sent: Buffer) => {
    webSockets.add(client);
    client.on("error", () => client.destroy());
    client.once("close", () => webSockets.delete(client));
    const head = headOf(request);
    if (isRefusal(head)) refuse(client, head.status, [], `${head.problem}\n`);
    else {
      const { socket } = request;
      const access = service.logOf(socket, protocolOf(request));
      forwardWebSocket(head, service.factsOf(socket), client, sent, service.upstream, access);
    }
  });
  return webSockets;
}

function serveRequest(request: IncomingMessage, response: ServerResponse, service: Service): void {
  const reply = http1Reply(response, service.isDraining);
  response.once("finish", () => discardRest(request));
  const head = headOf(request);
  if (isRefusal(head)) {
    replyWithText(reply, head.status, head.problem);
    return;
  }
  const { socket } = request;
  const access = service.logOf(socket, protocolOf(request));
  forward(head, service.factsOf(socket), request, reply, service.upstream, service.log, access);
}

function protocolOf({ httpVersion }: IncomingMessage): string {
  return `HTTP/${httpVersion}`;
}

function headOf(request: IncomingMessage) {
  return http1Head(request.method ?? "", request.url ?? "", request.rawHeaders);
}
