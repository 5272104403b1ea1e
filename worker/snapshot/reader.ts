/** The edge's copy of one cluster's configuration: refreshed behind requests, last known good when it cannot be. */
import { decodeRoot, IntegrityError, type Root, type Verifier } from "../../contract/index.ts";
import { SnapshotUnavailableError } from "./errors.ts";
import { Generation } from "./generation.ts";
import type { HeadSource } from "./head-source.ts";
import type { ShardCache } from "./shard-cache.ts";
import type { MaybePromise } from "./view.ts";

export interface ReaderOptions {
  readonly cluster: string;
  readonly verifier: Promise<Verifier>;
  readonly readHead: HeadSource;
  readonly shards: ShardCache;
  /** Milliseconds. */
  readonly now: () => number;
  /** Resolves after so many milliseconds. */
  readonly delay: (ms: number) => Promise<void>;
  /** Lets work go on after the response (`waitUntil`). */
  readonly keepAlive: (work: Promise<unknown>) => void;
  readonly onRefused: (error: unknown) => void;
}

/** A head read at most this long ago is current. */
export const FRESH_MS = 1_000;
/** Up to this age a refresh goes on behind the request; an isolate that slept longer waits for it first. */
export const STALE_MS = 4_000;
/** The longest that a request with a configuration at hand waits for a newer one. */
export const PATIENCE_MS = 500;

export type Offer = "taken" | "same" | "older";

export class SnapshotReader {
  readonly #options: ReaderOptions;
  #current: Generation | undefined;
  #previous: Generation | undefined;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #refreshing: Promise<void> | undefined;
  #lastError: unknown;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** What went wrong at the last look at the head; `undefined` when nothing did. */
  get lastError(): unknown {
    return this.#lastError;
  }

  /** The generation in isolate memory, without a look at the head. */
  get loaded(): Generation | undefined {
    return this.#current;
  }

  /** The generation before, for a request that finds a shard of the current one unreadable. */
  get previous(): Generation | undefined {
    return this.#previous;
  }

  /** The generation that a request is to be served from. Rejects with SnapshotUnavailableError before the first. */
  view(): MaybePromise<Generation> {
    const age = this.#options.now() - this.#checkedAt;
    const current = this.#current;
    if (current === undefined) return this.#first(age);
    if (age < FRESH_MS) return current;
    const refreshed = this.#refresh();
    return age < STALE_MS ? current : this.#patiently(refreshed, current);
  }

  /** @throws ContractError when the root does not verify, or is another cluster's. */
  async verify(text: string): Promise<Root> {
    const root = await decodeRoot(text, await this.#options.verifier);
    const { cluster } = this.#options;
    if (root.cluster !== cluster) {
      throw new IntegrityError("root", `is of cluster ${root.cluster}, this edge serves ${cluster}`);
    }
    return root;
  }

  /**
   * Takes over a signed root that somebody hands in, after the same checks as for one that was read.
   *
   * @throws ContractError when it does not verify; SnapshotUnavailableError when its shards cannot be read yet.
   */
  async offer(text: string): Promise<Offer> {
    const current = this.#current;
    if (text === current?.text) return "same";
    const root = await this.verify(text);
    if (current !== undefined && root.generation <= current.root.generation) return "older";
    const next = new Generation(root, text, this.#options.shards);
    await current?.prepare(next);
    // While this one prepared, a later one may have come in.
    if (this.#current !== current) return this.offer(text);
    this.#previous = current;
    this.#current = next;
    return "taken";
  }

  async #first(age: number): Promise<Generation> {
    // Without a configuration every request would look; one look in FRESH_MS is enough to find the first.
    if (age >= FRESH_MS) await this.#refresh();
    if (this.#current === undefined) {
      throw new SnapshotUnavailableError("no configuration has been published yet", {
        cause: this.#lastError,
      });
    }
    return this.#current;
  }

  async #patiently(refreshed: Promise<void>, current: Generation): Promise<Generation> {
    await Promise.race([refreshed, this.#options.delay(PATIENCE_MS)]);
    return this.#current ?? current;
  }

  /** Never rejects: what went wrong is remembered, and what was served stays served. */
  #refresh(): Promise<void> {
    if (this.#refreshing === undefined) {
      this.#refreshing = this.#look().finally(() => {
        this.#refreshing = undefined;
      });
      this.#options.keepAlive(this.#refreshing);
    }
    return this.#refreshing;
  }

  async #look(): Promise<void> {
    try {
      const text = await this.#options.readHead();
      const outcome = text === undefined ? "none" : await this.offer(text);
      this.#lastError =
        outcome === "older"
          ? new SnapshotUnavailableError("the head names an older generation than the one served")
          : undefined;
    } catch (error) {
      this.#lastError = error;
    }
    if (this.#lastError !== undefined) this.#options.onRefused(this.#lastError);
    this.#checkedAt = this.#options.now();
  }
}
