/** One DoH resolver, over a connection that is kept, and replaced when it fails. */
import { ATTEMPT_MS, FIRST_REST_MS, LONGEST_REST_MS } from "../limits.ts";
import { UpstreamError } from "./error.ts";
import type { Received } from "./connection.ts";

/** What a resolver needs of a connection. */
export interface Exchanger {
  exchange(query: Uint8Array, timeoutMs: number): Promise<Received>;
  retire(): void;
  destroy(): Promise<void>;
}

/** What a resolver tells of itself when that changes. */
export interface HealthLog {
  failed(host: string, error: UpstreamError): void;
  recovered(host: string): void;
}

export interface DohResolverOptions {
  readonly host: string;
  readonly connect: () => Exchanger;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  readonly health: HealthLog;
}

export class DohResolver {
  readonly host: string;
  readonly #options: DohResolverOptions;
  #connection: Exchanger | undefined;
  #isClosed = false;
  #lastSuccess = Number.NEGATIVE_INFINITY;
  /** While it fails: why, since when it may be asked again, and how long it rests the next time. */
  #failure: { readonly error: UpstreamError; readonly until: number; readonly rest: number } | undefined;

  constructor(options: DohResolverOptions) {
    this.host = options.host;
    this.#options = options;
  }

  get failure(): UpstreamError | undefined {
    return this.#failure?.error;
  }

  /** Failed a moment ago: to ask now would only cost time. */
  get isResting(): boolean {
    return this.#failure !== undefined && this.#options.now() < this.#failure.until;
  }

  /** @throws UpstreamError */
  async exchange(query: Uint8Array, deadline: number): Promise<Received> {
    const begun = this.#options.now();
    try {
      const received = await this.#attempts(query, deadline);
      this.#succeeded();
      return received;
    } catch (error) {
      // Others were answered meanwhile: this question is what is slow, not the resolver.
      if (error instanceof UpstreamError && this.#lastSuccess < begun) this.#failed(error);
      throw error;
    }
  }

  /** Questions under way fail, and no connection is opened any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#connection?.destroy();
  }

  /** A second time on another connection: the one that was kept may be long dead. */
  async #attempts(query: Uint8Array, deadline: number): Promise<Received> {
    const first = this.#current();
    try {
      return await first.exchange(query, this.#timeLeft(deadline));
    } catch (error) {
      if (!isOfConnection(error)) throw error;
      this.#replace(first);
      const left = this.#timeLeft(deadline);
      if (left <= 0) throw error;
      const second = this.#current();
      try {
        return await second.exchange(query, left);
      } catch (again) {
        if (isOfConnection(again)) this.#replace(second);
        throw again;
      }
    }
  }

  #timeLeft(deadline: number): number {
    return Math.min(Math.ceil(deadline - this.#options.now()), ATTEMPT_MS);
  }

  /** @throws UpstreamError */
  #current(): Exchanger {
    if (this.#isClosed) throw new UpstreamError("unreachable", "the stub is ending");
    this.#connection ??= this.#options.connect();
    return this.#connection;
  }

  /** Another question may have replaced it already. */
  #replace(connection: Exchanger): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    connection.retire();
  }

  #succeeded(): void {
    this.#lastSuccess = this.#options.now();
    if (this.#failure === undefined) return;
    this.#failure = undefined;
    this.#options.health.recovered(this.host);
  }

  #failed(error: UpstreamError): void {
    const now = this.#options.now();
    const before = this.#failure;
    // Questions that failed together count as one failure.
    if (before !== undefined && now < before.until) return;
    const rest = before === undefined ? FIRST_REST_MS : Math.min(before.rest * 2, LONGEST_REST_MS);
    this.#failure = { error, until: now + rest, rest };
    if (before?.error.message !== error.message) this.#options.health.failed(this.host, error);
  }
}

/** HTTP answers would be the same on any connection. */
function isOfConnection(error: unknown): boolean {
  return error instanceof UpstreamError && error.problem === "unreachable";
}
