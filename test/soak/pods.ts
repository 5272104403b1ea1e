/** Pods of one Service on addresses of loopback, all at one port, that say what reached them. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Seen } from "./checker.ts";

export interface Endpoint {
  readonly address: string;
  readonly terminating: boolean;
}

interface Pod {
  readonly address: string;
  readonly server: Server;
  terminating: boolean;
}

/** How long a pod takes to answer at most, in milliseconds. */
const WORK_MS = 15;
const MOST_ADDRESSES = 60_000;

export class Pods {
  readonly #random: () => number;
  readonly #pods: Pod[] = [];
  #port = 0;
  #next: number;

  constructor(random: () => number) {
    this.#random = random;
    this.#next = Math.floor(random() * MOST_ADDRESSES);
  }

  get port(): number {
    return this.#port;
  }

  get endpoints(): readonly Endpoint[] {
    return this.#pods.map(({ address, terminating }) => ({ address, terminating }));
  }

  async start(): Promise<void> {
    for (;;) {
      this.#next = (this.#next + 1) % MOST_ADDRESSES;
      const address = `127.77.${this.#next >> 8}.${this.#next & 255 || 1}`;
      const server = this.#server(address);
      server.listen(this.#port, address);
      try {
        await once(server, "listening");
      } catch (error) {
        // Another program has this port at this address.
        if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") continue;
        throw error;
      }
      this.#port = (server.address() as AddressInfo).port;
      this.#pods.push({ address, server, terminating: false });
      return;
    }
  }

  /** The oldest that is not going away: it serves on until finish(). */
  terminate(): string | undefined {
    const pod = this.#pods.find(({ terminating }) => !terminating);
    if (pod !== undefined) pod.terminating = true;
    return pod?.address;
  }

  /** Answers what it is at, takes nothing more, and is gone. */
  async finish(address: string): Promise<void> {
    const index = this.#pods.findIndex((pod) => pod.address === address);
    const [pod] = this.#pods.splice(index, 1);
    if (pod === undefined) return;
    const closed = once(pod.server, "close");
    pod.server.close();
    pod.server.closeIdleConnections();
    const deadline = setTimeout(() => pod.server.closeAllConnections(), 10 * WORK_MS);
    await closed;
    clearTimeout(deadline);
  }

  async close(): Promise<void> {
    await Promise.all(this.#pods.map(({ address }) => address).map((address) => this.finish(address)));
  }

  #server(pod: string): Server {
    return createServer({ keepAliveTimeout: 5000 }, (request, response) => {
      const { url = "", headers } = request;
      const seen: Seen = {
        pod,
        url,
        host: headers.host ?? "",
        prefix: String(headers["x-forwarded-prefix"] ?? ""),
      };
      setTimeout(() => {
        response.setHeader("content-type", "application/json").end(JSON.stringify(seen));
      }, this.#random() * WORK_MS);
    });
  }
}
