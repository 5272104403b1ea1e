import { createServer, type Server, type Socket } from "node:net";
import { MAX_CLIENT_CONNECTIONS, MAX_TCP_CONNECTIONS } from "../limits.ts";
import type { StubLog } from "../options.ts";
import type { Respond } from "../respond.ts";
import type { IsClient } from "./clients.ts";
import { TcpConnection } from "./tcp-connection.ts";

export interface TcpListenerOptions {
  readonly respond: Respond;
  readonly isClient: IsClient;
  readonly log: StubLog;
  readonly maxConnections?: number;
  readonly maxClientConnections?: number;
  readonly idleMs?: number;
}

/** A server that is not listening yet, and the connections that it has. */
export class TcpListener {
  readonly server: Server;
  readonly #options: TcpListenerOptions;
  readonly #connections = new Set<TcpConnection>();
  readonly #perClient = new Map<string, number>();

  constructor(options: TcpListenerOptions) {
    this.#options = options;
    // A client may end its side once it has asked everything (RFC 7766 6.2.4).
    this.server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
  }

  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.server.close(() => resolve(undefined));
    for (const connection of this.#connections) connection.destroy();
    await promise;
  }

  #accept(socket: Socket): void {
    // The connection's own loop sees what this is about.
    socket.on("error", () => socket.destroy());
    const { respond, isClient, idleMs } = this.#options;
    const { maxConnections = MAX_TCP_CONNECTIONS, maxClientConnections = MAX_CLIENT_CONNECTIONS } =
      this.#options;
    const client = socket.remoteAddress;
    const ofClient = this.#perClient.get(client ?? "") ?? 0;
    if (client === undefined || !isClient(client) || ofClient >= maxClientConnections) {
      socket.destroy();
      return;
    }
    if (this.#connections.size >= maxConnections && !this.#giveUpIdle()) {
      socket.destroy();
      return;
    }
    this.#perClient.set(client, ofClient + 1);
    const connection = new TcpConnection(socket, respond, idleMs);
    this.#connections.add(connection);
    socket.once("close", () => {
      this.#connections.delete(connection);
      this.#leave(client);
    });
    void connection.serve();
  }

  /** RFC 7766 6.2.3: a server short of connections may close those without a query. The oldest goes. */
  #giveUpIdle(): boolean {
    const idle = [...this.#connections].find(({ isIdle }) => isIdle);
    if (idle === undefined) return false;
    // Its "close" comes later; it does not count any more.
    this.#connections.delete(idle);
    idle.destroy();
    return true;
  }

  #leave(client: string): void {
    const left = (this.#perClient.get(client) ?? 1) - 1;
    if (left === 0) this.#perClient.delete(client);
    else this.#perClient.set(client, left);
  }
}
