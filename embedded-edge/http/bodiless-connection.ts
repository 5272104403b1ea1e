/** One of the connections of bodiless-connections.ts. */
import type { Asked, BodilessOptions, BreakCause, Exchange } from "./bodiless-connections.ts";
import { ListeningSocket } from "./listening-socket.ts";
import type { ResponseReader } from "./response-reader.ts";

export interface Place {
  readonly host: string;
  readonly port: number;
}

/** In milliseconds. */
export interface BodilessLimits {
  /** Until a new connection stands. */
  readonly connectMs: number;
  /** How long nothing may come while a response is waited for. */
  readonly readMs: number;
}

interface Owner {
  rest(): void;
  closed(): void;
}

interface Turn {
  readonly reader: ResponseReader;
  readonly exchange: Exchange;
  readonly wasResting: boolean;
  readonly readMs: number | undefined;
  hasAnswer: boolean;
  isPaused: boolean;
  /** The octets that had come when it was last found resting; -1 when it was not. */
  restedAt: number;
}

export class Connection {
  readonly #socket = new ListeningSocket();
  readonly #owner: Owner;
  readonly #connectTimer: NodeJS.Timeout | undefined;
  #isConnected = false;
  #turn: Turn | undefined;
  #restsSince = 0;
  readonly #resets: boolean;
  #keepAliveMs: number;
  #error: Error | undefined;

  constructor(
    { host, port }: Place,
    connectMs: number | undefined,
    { keepAliveMs, resets }: BodilessOptions,
    owner: Owner,
  ) {
    this.#owner = owner;
    this.#keepAliveMs = keepAliveMs;
    this.#resets = resets;
    const socket = this.#socket;
    if (connectMs !== undefined) {
      this.#connectTimer = setTimeout(() => socket.destroy(new Error("timed out")), connectMs);
    }
    socket.setNoDelay(true);
    socket.on("connect", () => {
      this.#isConnected = true;
      clearTimeout(this.#connectTimer);
    });
    socket.on("data", (octets) => this.#read(octets));
    socket.on("end", () => this.#ended());
    socket.on("timeout", () => this.#timedOut());
    socket.on("error", (error) => (this.#error = error));
    socket.on("close", () => {
      clearTimeout(this.#connectTimer);
      owner.closed();
      this.#break(this.#error ?? new Error("the connection closed"), "broken");
    });
    socket.connect({ host, port });
  }

  isUsable(): boolean {
    return !this.#socket.destroyed && performance.now() - this.#restsSince < this.#keepAliveMs;
  }

  /** What it returns has a hold on this request alone: the connection serves the next one before a client is done. */
  begin(
    text: string,
    reader: ResponseReader,
    exchange: Exchange,
    { readMs }: { readonly readMs?: number | undefined } = {},
  ): Asked {
    const wasResting = this.#restsSince > 0;
    const turn: Turn = {
      reader,
      exchange,
      wasResting,
      readMs,
      hasAnswer: false,
      isPaused: false,
      restedAt: -1,
    };
    this.#turn = turn;
    if (readMs !== undefined) this.#socket.setTimeout(readMs / 2);
    this.#socket.write(text, "latin1");
    return {
      resume: () => {
        if (this.#turn !== turn) return;
        turn.isPaused = false;
        this.#socket.resume();
      },
      abandon: () => {
        if (this.#turn !== turn) return;
        this.#turn = undefined;
        this.#breakOff();
      },
    };
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #breakOff(): void {
    if (this.#resets) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  #read(octets: Buffer): void {
    const turn = this.#turn;
    if (turn === undefined) {
      // Nobody asked anything.
      this.#socket.destroy();
      return;
    }
    turn.hasAnswer = true;
    try {
      turn.reader.push(octets);
    } catch (error) {
      this.#fail(error);
      return;
    }
    // The exchange may have been abandoned by what it was told.
    if (this.#turn !== turn) return;
    const { complete: isComplete, keepsConnection, mostRestMs } = turn.reader;
    if (isComplete) this.#turn = undefined;
    const goesOn = turn.exchange.read(isComplete);
    if (!isComplete) {
      turn.isPaused = !goesOn;
      if (!goesOn) this.#socket.pause();
    } else if (keepsConnection) {
      this.#restsSince = performance.now();
      this.#keepAliveMs = Math.min(this.#keepAliveMs, mostRestMs);
      this.#owner.rest();
    } else {
      this.#socket.destroy();
    }
  }

  #ended(): void {
    const turn = this.#turn;
    if (turn === undefined) return;
    try {
      turn.reader.end();
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#turn = undefined;
    turn.exchange.read(true);
  }

  /**
   * It must be found resting twice, half the time apart: a timer that fires late, after this process was busy, says nothing
   * of data that waits to be read. While a client does not read, it is not the other side's turn.
   */
  #timedOut(): void {
    const turn = this.#turn;
    if (turn?.readMs === undefined) return;
    const { bytesRead } = this.#socket;
    if (!turn.isPaused && turn.restedAt === bytesRead) {
      this.#break(new Error("nothing came in time"), "silent");
      this.#breakOff();
      return;
    }
    turn.restedAt = turn.isPaused ? -1 : bytesRead;
    this.#socket.setTimeout(turn.readMs / 2);
  }

  #fail(error: unknown): void {
    this.#break(error instanceof Error ? error : new Error(String(error)), "broken");
    this.#breakOff();
  }

  #break(error: Error, cause: "silent" | "broken"): void {
    const turn = this.#turn;
    this.#turn = undefined;
    turn?.exchange.broken(error, this.#isConnected ? causeOf(turn, cause) : "unconnected");
  }
}

function causeOf({ wasResting, hasAnswer }: Turn, cause: "silent" | "broken"): BreakCause {
  return cause === "broken" && wasResting && !hasAnswer ? "stale" : cause;
}
