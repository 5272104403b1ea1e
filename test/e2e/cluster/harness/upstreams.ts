/** Upstreams that answer with their name, at an address that the API server takes for an endpoint: not loopback. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import type { ClusterClient } from "./client.ts";
import { endpoints, service } from "./objects.ts";

/** The first IPv4 address of this machine that is reachable from beyond it. */
export function ownAddress(): string {
  const found = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(
      ({ family, internal, address }) => family === "IPv4" && !internal && !address.startsWith("169.254."),
    );
  if (found === undefined) {
    throw new Error(
      "this machine has no IPv4 address besides loopback, which Kubernetes takes for no endpoint; give it one, as in `ip address add 192.0.2.2/32 dev lo`",
    );
  }
  return found.address;
}

export class Upstreams {
  readonly address = ownAddress();
  readonly #servers = new Map<string, Server>();

  /** Listens, on a port that is free. */
  async start(name: string): Promise<number> {
    const server = createServer((request, response) => {
      request.resume();
      response.setHeader("content-type", "text/plain").end(name);
    });
    server.listen(0, this.address);
    await once(server, "listening");
    this.#servers.set(name, server);
    return (server.address() as AddressInfo).port;
  }

  /** A Service of that name, with one endpoint that answers it. */
  async serve(client: ClusterClient, name: string): Promise<void> {
    const port = await this.start(name);
    await client.putAll([service(name), endpoints(name, name, this.address, port)]);
  }

  async stop(name: string): Promise<void> {
    const server = this.#servers.get(name);
    this.#servers.delete(name);
    if (server === undefined) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#servers.keys()].map((name) => this.stop(name)));
  }
}
