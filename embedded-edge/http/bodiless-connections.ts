/** Kept connections for requests without a body: one request after another, and nothing made for each but its text. */
import { type ResponseTaker, ResponseReader } from "./response-reader.ts";
import { type BodilessLimits, Connection, type Place } from "./bodiless-connection.ts";

/** Why a response does not come, or not whole. */
export type BreakCause =
  /** The connection never stood. */
  | "unconnected"
  /** On a connection that had rested, and nothing came back: the other side may have closed it just then. */
  | "stale"
  /** Nothing came for as long as a response may rest. */
  | "silent"
  | "broken";

/** What becomes of a request. `head` and `body` first, then one of the others, once. */
export interface Exchange extends ResponseTaker {
  /** After each piece that was read off the connection. `false` to stop reading until resume(). */
  read(isComplete: boolean): boolean;
  broken(error: Error, cause: BreakCause): void;
}

export interface Asked {
  /** Goes on reading, where it was stopped. */
  resume(): void;
  /** Ends the connection, if the response is not complete. */
  abandon(): void;
}

export interface BodilessOptions {
  /** How long a connection may rest; shorter where the other side says so. */
  readonly keepAliveMs: number;
  /** Whether what is broken off is reset: workerd takes the plain end of a connection for the end of the request. */
  readonly resets: boolean;
}

export interface BodilessRequest extends Place {
  readonly method: string;
  /** The head, which is all there is; a character an octet. */
  readonly text: string;
  readonly limits?: BodilessLimits | undefined;
}

const SWEEP_MS = 500;
const MOST_RESTING = 1024;

export class BodilessConnections {
  readonly #options: BodilessOptions;
  readonly #all = new Set<Connection>();
  /** By place. The last of a list was used last, so that those too many grow old. */
  readonly #resting = new Map<string, Connection[]>();
  readonly #sweep = setInterval(() => this.#closeOld(), SWEEP_MS).unref();

  constructor(options: BodilessOptions) {
    this.#options = options;
  }

  /** @param fresh whether to take a new connection, whatever rests */
  ask(request: BodilessRequest, fresh: boolean, exchange: Exchange): Asked {
    const key = `${request.host} ${request.port}`;
    const kept = fresh ? undefined : this.#take(key);
    const connection = kept ?? this.#open(key, request);
    const reader = new ResponseReader(request.method, exchange);
    return connection.begin(request.text, reader, exchange, request.limits);
  }

  close(): void {
    clearInterval(this.#sweep);
    for (const connection of this.#all) connection.destroy();
  }

  #take(key: string): Connection | undefined {
    const resting = this.#resting.get(key);
    for (let found = resting?.pop(); found !== undefined; found = resting?.pop()) {
      if (found.isUsable()) return found;
      found.destroy();
    }
    return undefined;
  }

  #open(key: string, request: BodilessRequest): Connection {
    const connection = new Connection(request, request.limits?.connectMs, this.#options, {
      rest: () => this.#rest(key, connection),
      closed: () => {
        this.#all.delete(connection);
        this.#forget(key, connection);
      },
    });
    this.#all.add(connection);
    return connection;
  }

  #rest(key: string, connection: Connection): void {
    const resting = this.#resting.get(key);
    if (resting === undefined) this.#resting.set(key, [connection]);
    else if (resting.length < MOST_RESTING) resting.push(connection);
    else connection.destroy();
  }

  #forget(key: string, connection: Connection): void {
    const resting = this.#resting.get(key);
    const at = resting?.lastIndexOf(connection) ?? -1;
    if (at >= 0) resting?.splice(at, 1);
    if (resting?.length === 0) this.#resting.delete(key);
  }

  #closeOld(): void {
    const old = [...this.#resting.values()].flat().filter((connection) => !connection.isUsable());
    for (const connection of old) connection.destroy();
  }
}
