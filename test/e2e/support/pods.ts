/** Upstreams that say who they are and what reached them. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";

export interface Seen {
  readonly pod: string;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export class Pod {
  readonly name: string;
  readonly #server: Server;
  readonly sockets: WebSocketServer;

  private constructor(name: string, server: Server) {
    this.name = name;
    this.#server = server;
    this.sockets = new WebSocketServer({ server });
  }

  /** Answers with a Seen unless it is told how. */
  static async start(name: string, listener?: RequestListener): Promise<Pod> {
    const server = createServer(
      listener ??
        (async (request, response) => {
          const chunks: Buffer[] = [];
          for await (const chunk of request) chunks.push(chunk as Buffer);
          const seen: Seen = {
            pod: name,
            method: request.method ?? "",
            url: request.url ?? "",
            headers: request.headers,
            body: Buffer.concat(chunks).toString(),
          };
          response.setHeader("content-type", "application/json");
          response.end(JSON.stringify(seen));
        }),
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Pod(name, server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    for (const socket of this.sockets.clients) socket.terminate();
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
