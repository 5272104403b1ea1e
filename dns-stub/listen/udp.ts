import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import { MAX_UDP_QUERIES } from "../limits.ts";
import type { StubLog } from "../options.ts";
import type { Respond } from "../respond.ts";
import { type IsClient, isLoopback } from "./clients.ts";

export interface UdpListenerOptions {
  readonly respond: Respond;
  readonly isClient: IsClient;
  readonly log: StubLog;
  readonly maxQueries?: number;
}

/** A socket that is not bound yet. Datagrams from elsewhere are dropped: an answer would go to whom they name as sender. */
export class UdpListener {
  readonly socket: Socket;
  readonly #options: UdpListenerOptions;
  #underWay = 0;
  #isOverloaded = false;

  constructor(host: string, options: UdpListenerOptions) {
    this.#options = options;
    this.socket = createSocket(isIPv6(host) ? { type: "udp6", ipv6Only: true } : { type: "udp4" });
    this.socket.on("message", (octets, from) => {
      if (from.port !== 0 && options.isClient(from.address)) void this.#answer(octets, from);
    });
  }

  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.socket.close(() => resolve(undefined));
    await promise;
  }

  async #answer(octets: Uint8Array, { address, port }: RemoteInfo): Promise<void> {
    const { respond, maxQueries = MAX_UDP_QUERIES } = this.#options;
    if (this.#underWay >= maxQueries) {
      this.#overloaded(maxQueries);
      return;
    }
    this.#underWay++;
    const reply = await respond(octets, isLoopback(address) ? "udp-loopback" : "udp");
    this.#underWay--;
    if (this.#underWay === 0) this.#isOverloaded = false;
    if (reply !== undefined) this.#send(reply, port, address);
  }

  /** Said once, until it is over. */
  #overloaded(maxQueries: number): void {
    if (this.#isOverloaded) return;
    this.#isOverloaded = true;
    this.#options.log.warn({ underWay: maxQueries }, "too many queries are under way: more are dropped");
  }

  #send(reply: Uint8Array, port: number, address: string): void {
    try {
      this.socket.send(reply, port, address, (error) => {
        // The client asks again; and a client that has gone is none to worry about.
        const { code } = (error ?? {}) as NodeJS.ErrnoException;
        if (code !== undefined) this.#options.log.debug({ code }, "an answer could not be sent");
      });
    } catch (error) {
      // Closed in the meantime.
      if ((error as NodeJS.ErrnoException).code !== "ERR_SOCKET_DGRAM_NOT_RUNNING") throw error;
    }
  }
}
