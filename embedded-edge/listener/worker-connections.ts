/** Connections to the Worker for requests without a body: one request after another, and nothing made for each but its text. */
import { connect, type Socket } from "node:net";
import { type ResponseTaker, ResponseReader } from "../http/response-reader.ts";

/** What becomes of a request. `head` and `body` first, then one of the others, once. */
export interface Exchange extends ResponseTaker {
  /** After each piece that was read off the connection. `false` to stop reading until resume(). */
  read(isComplete: boolean): boolean;
  /**
   * The response will not come, or not whole.
   *
   * @param isStale on a connection that had rested, and nothing came back: the Worker may have closed it just then
   */
  broken(error: Error, isStale: boolean): void;
}

export interface Asked {
  /** Goes on reading, where it was stopped. */
  resume(): void;
  /** So that the Worker notices: it takes the plain end of a connection for the end of the request. */
  abandon(): void;
}

/** Shorter than the 5 s after which workerd closes a resting connection, so that it is always we who close. */
const KEEP_ALIVE_MS = 2_000;
const SWEEP_MS = 500;
const MOST_RESTING = 1024;

export class WorkerConnections {
  readonly #all = new Set<Connection>();
  #resting: Connection[] = [];
  readonly #sweep = setInterval(() => this.#closeOld(), SWEEP_MS).unref();

  /** @param fresh whether to take a new connection, whatever rests */
  ask(port: number, method: string, text: string, fresh: boolean, exchange: Exchange): Asked {
    const kept = fresh ? undefined : this.#take(port);
    const connection = kept ?? this.#open(port);
    return connection.begin(text, new ResponseReader(method, exchange), exchange, kept !== undefined);
  }

  close(): void {
    clearInterval(this.#sweep);
    for (const connection of this.#all) connection.destroy();
  }

  /** The one that was used last, so that those too many grow old. */
  #take(port: number): Connection | undefined {
    for (let found = this.#resting.pop(); found !== undefined; found = this.#resting.pop()) {
      if (found.port === port && found.isUsable(KEEP_ALIVE_MS)) return found;
      found.destroy();
    }
    return undefined;
  }

  #open(port: number): Connection {
    const connection = new Connection(port, {
      rest: () => {
        if (this.#resting.length < MOST_RESTING) this.#resting.push(connection);
        else connection.destroy();
      },
      closed: () => {
        this.#all.delete(connection);
        this.#resting = this.#resting.filter((other) => other !== connection);
      },
    });
    this.#all.add(connection);
    return connection;
  }

  #closeOld(): void {
    const old = this.#resting.filter((connection) => !connection.isUsable(KEEP_ALIVE_MS));
    for (const connection of old) connection.destroy();
  }
}

interface Owner {
  rest(): void;
  closed(): void;
}

interface Turn {
  readonly reader: ResponseReader;
  readonly exchange: Exchange;
  readonly wasResting: boolean;
  hasAnswer: boolean;
}

class Connection {
  readonly port: number;
  readonly #socket: Socket;
  readonly #owner: Owner;
  #turn: Turn | undefined;
  #restsSince = 0;
  #error: Error | undefined;

  constructor(port: number, owner: Owner) {
    this.port = port;
    this.#owner = owner;
    this.#socket = connect({ host: "127.0.0.1", port, noDelay: true });
    this.#socket.on("data", (octets) => this.#read(octets));
    this.#socket.on("end", () => this.#ended());
    this.#socket.on("error", (error) => (this.#error = error));
    this.#socket.on("close", () => {
      owner.closed();
      this.#break(this.#error ?? new Error("the connection closed"));
    });
  }

  isUsable(mostMs: number): boolean {
    return !this.#socket.destroyed && performance.now() - this.#restsSince < mostMs;
  }

  /** What it returns has a hold on this request alone: the connection serves the next one before a client is done. */
  begin(text: string, reader: ResponseReader, exchange: Exchange, wasResting: boolean): Asked {
    const turn: Turn = { reader, exchange, wasResting, hasAnswer: false };
    this.#turn = turn;
    this.#socket.write(text, "latin1");
    return {
      resume: () => {
        if (this.#turn === turn) this.#socket.resume();
      },
      abandon: () => {
        if (this.#turn !== turn) return;
        this.#turn = undefined;
        this.#socket.resetAndDestroy();
      },
    };
  }

  destroy(): void {
    this.#socket.destroy();
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
    const isComplete = turn.reader.complete;
    if (isComplete) this.#turn = undefined;
    const goesOn = turn.exchange.read(isComplete);
    if (!isComplete) {
      if (!goesOn) this.#socket.pause();
    } else if (turn.reader.keepsConnection) {
      this.#restsSince = performance.now();
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

  #fail(error: unknown): void {
    this.#break(error instanceof Error ? error : new Error(String(error)));
    this.#socket.resetAndDestroy();
  }

  #break(error: Error): void {
    const turn = this.#turn;
    this.#turn = undefined;
    turn?.exchange.broken(error, turn.wasResting && !turn.hasAnswer);
  }
}
