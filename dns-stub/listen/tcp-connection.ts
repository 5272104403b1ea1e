/** One client's TCP connection (RFC 7766). */
import type { Socket } from "node:net";
import { MAX_PIPELINED, TCP_IDLE_MS } from "../limits.ts";
import type { Respond } from "../respond.ts";
import { FrameReader, framed } from "./frames.ts";

/** So many octets of answers may wait for a client that reads slowly. */
const MAX_UNSENT_OCTETS = 256 * 1024;

export class TcpConnection {
  readonly #socket: Socket;
  readonly #respond: Respond;
  readonly #idle: NodeJS.Timeout;
  #underWay = 0;
  /** Waits for answers to be sent. */
  #wake: (() => void) | undefined;

  constructor(socket: Socket, respond: Respond, idleMs = TCP_IDLE_MS) {
    this.#socket = socket;
    this.#respond = respond;
    socket.setNoDelay(true);
    this.#idle = setTimeout(() => socket.destroy(), idleMs);
    socket.once("close", () => {
      clearTimeout(this.#idle);
      this.#wake?.();
    });
  }

  /** Nothing is asked: the one to give up when there are too many. */
  get isIdle(): boolean {
    return this.#underWay === 0;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Serves until the client ends its side and has its answers. They go out as they come, in any order. */
  async serve(): Promise<void> {
    const frames = new FrameReader();
    try {
      for await (const chunk of this.#socket.iterator({ destroyOnReturn: false })) {
        for (const query of frames.read(chunk as Uint8Array)) {
          this.#idle.refresh();
          this.#underWay++;
          void this.#answer(query);
          await this.#until(() => this.#underWay < MAX_PIPELINED);
          await this.#until(() => this.#socket.writableLength < MAX_UNSENT_OCTETS);
        }
      }
      await this.#until(() => this.#underWay === 0);
      this.#socket.end();
    } catch {
      // The client has gone, in whatever way.
      this.#socket.destroy();
    }
  }

  async #answer(query: Uint8Array): Promise<void> {
    const reply = await this.#respond(query, "tcp");
    if (reply === undefined) {
      // What is no query shows that the stream is no DNS, or out of step.
      this.#socket.destroy();
    } else if (this.#socket.writable) {
      this.#socket.write(framed(reply), () => this.#answered());
      return;
    }
    this.#answered();
  }

  #answered(): void {
    this.#underWay--;
    if (!this.#socket.destroyed) this.#idle.refresh();
    this.#wake?.();
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo() && !this.#socket.destroyed) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      this.#wake = () => resolve(undefined);
      await promise;
    }
    this.#wake = undefined;
  }
}
