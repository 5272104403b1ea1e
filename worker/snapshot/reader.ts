/** The edge's copy of one cluster's configuration: refreshed behind requests, last known good when it cannot be. */
import { decodeRoot, DEFAULT_HOST, IntegrityError, type Root, type Verifier } from "../../contract/index.ts";
import { type Delay, READ_DEADLINE_MS, withDeadline } from "./deadline.ts";
import { SnapshotUnavailableError } from "./errors.ts";
import { Generation } from "./generation.ts";
import type { HeadSource } from "./head-source.ts";
import type { ShardCache } from "./shard-cache.ts";
import type { MaybePromise, SnapshotView } from "./view.ts";
import { WaitingRoots } from "./waiting-roots.ts";

export interface ReaderOptions {
  readonly cluster: string;
  readonly verifier: Promise<Verifier>;
  /** The first is asked at every look; the others where those before gave nothing, and now and then besides. */
  readonly heads: readonly HeadSource[];
  readonly shards: ShardCache;
  /** Milliseconds. */
  readonly now: () => number;
  readonly delay: Delay;
  /** Lets work go on after the response (`waitUntil`). */
  readonly keepAlive: (work: Promise<unknown>) => void;
  readonly onRefused: (error: unknown) => void;
  /** Told of a root that was taken after it had been refused for its shards: whoever keeps the head may want it now. */
  readonly onCaughtUp?: (generation: number, text: string) => Promise<unknown>;
  /** A root did not verify. */
  readonly onUnverified?: () => void;
}

/** A head read at most this long ago is current. */
export const FRESH_MS = 1_000;
/** Up to this age a refresh goes on behind the request; an isolate that slept longer waits for it first. */
export const STALE_MS = 4_000;
/** The longest that a request with a configuration at hand waits for a newer one. */
export const PATIENCE_MS = 500;

/** How often the other sources are asked although the first has a head: it may have been left behind. */
export const OTHERS_MS = 60_000;

export type Offer = "taken" | "same" | "older";

export class SnapshotReader {
  readonly #options: ReaderOptions;
  #current: Generation | undefined;
  #previous: Generation | undefined;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #refreshing: Promise<void> | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #lastError: unknown;
  #othersAskedAt = Number.NEGATIVE_INFINITY;
  readonly #waiting = new WaitingRoots();
  #catchingUpSince = Number.NEGATIVE_INFINITY;

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

  /** Another generation for a request that found a part of this one unreadable. */
  insteadOf(unreadable: SnapshotView): Generation | undefined {
    return this.#current === unreadable ? this.#previous : this.#current;
  }

  /**
   * The generation that a request is to be served from. Rejects with SnapshotUnavailableError before the first.
   *
   * @param host whose record the request will ask for: what an isolate reads first is that, and no other shard besides
   */
  view(host?: string): MaybePromise<Generation> {
    const age = this.#options.now() - this.#checkedAt;
    const current = this.#current;
    if (current === undefined) return this.#first(age, host);
    if (age < FRESH_MS) return current;
    const refreshed = this.#refresh();
    return age < STALE_MS ? current : this.#patiently(refreshed, current);
  }

  /** @throws ContractError when the root does not verify, or is another cluster's. */
  async verify(text: string): Promise<Root> {
    const { cluster, verifier, onUnverified } = this.#options;
    try {
      const root = await decodeRoot(text, await verifier);
      if (root.cluster === cluster) return root;
      throw new IntegrityError("root", `is of cluster ${root.cluster}, this edge serves ${cluster}`);
    } catch (error) {
      onUnverified?.();
      throw error;
    }
  }

  /**
   * Takes over a signed root that somebody hands in, after the same checks as for one that was read.
   *
   * @throws ContractError when it does not verify; SnapshotUnavailableError when its shards cannot be read yet.
   */
  async offer(text: string, host = DEFAULT_HOST): Promise<Offer> {
    const current = this.#current;
    if (text === current?.text) return "same";
    const root = await this.verify(text);
    if (current !== undefined && root.generation <= current.root.generation) return "older";
    const next = new Generation(root, text, this.#options.shards);
    try {
      return await this.#take(next, current, host);
    } catch (error) {
      if (error instanceof SnapshotUnavailableError) this.#waiting.add(next, this.#options.now());
      throw error;
    }
  }

  async #take(next: Generation, current: Generation | undefined, host: string): Promise<Offer> {
    // An edge that says that it has a configuration has read some of it.
    if (current?.served === true) await current.prepare(next);
    else await next.get("hosts", host);
    // While this one prepared, a later one may have come in.
    if (this.#current !== current) return this.offer(next.text, host);
    if (current?.served === true) this.#previous = current;
    this.#current = next;
    const kept = [next, ...(this.#previous === undefined ? [] : [this.#previous]), ...this.#waiting.all];
    this.#options.shards.keepOnly(kept.map(({ root }) => root));
    return "taken";
  }

  /** Takes the newest root that can be had of those whose shards were not to be read. */
  async #catchUp(): Promise<void> {
    this.#catchingUpSince = this.#options.now();
    await this.#tryWaiting();
    this.#catchingUpSince = Number.NEGATIVE_INFINITY;
  }

  async #tryWaiting(): Promise<void> {
    const { now, onCaughtUp } = this.#options;
    const generation = this.#current?.root.generation ?? 0;
    for (const next of this.#waiting.newerThan(generation, now())) {
      try {
        if ((await this.#take(next, this.#current, DEFAULT_HOST)) !== "taken") return;
        await onCaughtUp?.(next.root.generation, next.text);
        return;
      } catch {
        // It, or whoever keeps the head, is tried at the next look.
      }
    }
  }

  async #first(age: number, host: string | undefined): Promise<Generation> {
    // Without a configuration every request would look; one look in FRESH_MS is enough to find the first.
    if (age >= FRESH_MS || this.#refreshing !== undefined) await this.#refresh(host);
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
  #refresh(host?: string): Promise<void> {
    // A look may hang with the request that began it: its timers end with it too. Then it is forgotten.
    const isStuck = this.#options.now() - this.#lookedAt > 2 * READ_DEADLINE_MS;
    if (this.#refreshing === undefined || isStuck) {
      this.#lookedAt = this.#options.now();
      const refreshing = this.#look(host).finally(() => {
        if (this.#refreshing === refreshing) this.#refreshing = undefined;
      });
      this.#refreshing = refreshing;
      this.#options.keepAlive(refreshing);
    }
    return this.#refreshing;
  }

  async #look(host: string | undefined): Promise<void> {
    // From now on, so that a look that hangs holds up one request and not each.
    const { heads, now, delay } = this.#options;
    this.#checkedAt = now();
    const errors: unknown[] = [];
    let found = false;
    // An isolate's first request does not wait for them where the first source has a head: their turn comes later.
    if (this.#current === undefined) this.#othersAskedAt = now();
    const othersAreDue = now() - this.#othersAskedAt >= OTHERS_MS;
    for (const [index, head] of heads.entries()) {
      if (found && !othersAreDue) break;
      if (index > 0) this.#othersAskedAt = now();
      try {
        const text = await withDeadline("the head", head(), delay);
        if (text === undefined) continue;
        const outcome = await this.offer(text, host);
        if (outcome !== "older") found = true;
        else errors.push(new SnapshotUnavailableError("the head is an older generation's"));
      } catch (error) {
        errors.push(error);
      }
    }
    if (!found && errors.length === 0 && this.#current !== undefined) {
      errors.push(new SnapshotUnavailableError("the head is gone"));
    }
    // Behind the look, which requests may be waiting for.
    const isCatchingUp = now() - this.#catchingUpSince < 2 * READ_DEADLINE_MS;
    if (!isCatchingUp) this.#options.keepAlive(this.#catchUp());
    this.#lastError = found ? undefined : errors[0];
    if (this.#lastError !== undefined) this.#options.onRefused(this.#lastError);
    this.#checkedAt = now();
  }
}
