/** Two backends on one port, told apart by what they answer: the address that they are reached at. */
import { once } from "node:events";
import http, { type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Backend } from "./cluster.ts";

export const BACKENDS: readonly [Backend, Backend] = ["127.0.0.2", "127.0.0.3"];

export interface Backends {
  readonly port: number;
  close(): Promise<void>;
}

export async function startBackends(): Promise<Backends> {
  const [first, second] = BACKENDS;
  const server = await listen(first, 0);
  const { port } = server.address() as AddressInfo;
  const servers = [server, await listen(second, port)];
  return {
    port,
    async close() {
      await Promise.all(
        servers.map(async (server) => {
          const closed = once(server, "close");
          server.close();
          server.closeAllConnections();
          await closed;
        }),
      );
    },
  };
}

async function listen(address: Backend, port: number): Promise<Server> {
  const server = http.createServer((_, response) => response.end(address));
  server.listen(port, address);
  await once(server, "listening");
  return server;
}
