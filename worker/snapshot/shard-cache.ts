import {
  type RecordOf,
  type Section,
  shardKey,
  type ShardRecords,
  type Root,
  SECTION_NAMES,
} from "../../contract/index.ts";
import { type Delay, READ_DEADLINE_MS, withDeadline } from "./deadline.ts";
import { DecodedRecords } from "./decoded-records.ts";
import { SnapshotUnavailableError } from "./errors.ts";
import { IMMUTABLE_CACHE_TTL, type KvGet, SHORTEST_CACHE_TTL } from "./head-source.ts";
import { type Decoded, Shard } from "./shard.ts";

interface Loading {
  readonly shard: Promise<Shard>;
  readonly since: number;
}

export interface ShardCacheOptions {
  readonly cluster: string;
  readonly get: KvGet;
  /** Least recently used shards go when the sum of their texts exceeds this. */
  readonly budgetBytes: number;
  /** Decoded records that are not used go when the sum of their texts exceeds this. As much as of texts without. */
  readonly recordBudgetBytes?: number;
  /** Milliseconds. */
  readonly now: () => number;
  readonly delay: Delay;
  /** Keeps a read alive when the request that began it ends: others may be waiting for it. */
  readonly keepAlive: (work: Promise<unknown>) => void;
}

/** A shard that could not be read is not asked for again for this long: KV caches a miss as well. */
const RETRY_AFTER_MS = 2_000;
/** Failures that are remembered: those of roots that are gone would pile up otherwise. */
const MOST_FAILED = 256;

/**
 * Shards in isolate memory, by digest, and which of their records are decoded. Shards are immutable: an entry is never
 * wrong, only absent.
 */
export class ShardCache {
  readonly #options: ShardCacheOptions;
  readonly #entries = new Map<string, Shard>();
  readonly #decoded: DecodedRecords;
  readonly #loading = new Map<string, Loading>();
  readonly #failed = new Map<string, { readonly until: number; readonly error: SnapshotUnavailableError }>();
  #bytes = 0;
  /** The digest that was asked for last. */
  #latest: string | undefined;

  constructor(options: ShardCacheOptions) {
    this.#options = options;
    this.#decoded = new DecodedRecords(options.recordBudgetBytes ?? options.budgetBytes);
  }

  get bytes(): number {
    return this.#bytes;
  }

  get decodedBytes(): number {
    return this.#decoded.bytes;
  }

  /** How many reads are underway. */
  get loading(): number {
    return this.#loading.size;
  }

  /** The shard if it is in memory. */
  peek<S extends Section>(digest: string): Shard<S> | undefined {
    const shard = this.#entries.get(digest);
    if (shard === undefined || digest === this.#latest) return shard as Shard<S> | undefined;
    // A Map keeps the order of insertion, so this makes the entry the most recently used.
    this.#entries.delete(digest);
    this.#entries.set(digest, shard);
    this.#latest = digest;
    return shard as Shard<S>;
  }

  /** @throws SnapshotUnavailableError where the record is not what its section promises */
  record<S extends Section>(shard: Shard<S>, key: string): RecordOf<S> | undefined {
    const known = shard.peek(key);
    if (known !== undefined) {
      known.isUsed = true;
      return known.record as RecordOf<S>;
    }
    const decoded = this.#decode(shard, key);
    this.#keep(decoded);
    return decoded?.record as RecordOf<S> | undefined;
  }

  /**
   * Makes ready what is in use: a record that is decoded of the shard before is taken over where it is the same, and decoded
   * anew where it is not.
   *
   * @throws SnapshotUnavailableError as record() does
   */
  warm(next: Shard, known: Decoded): void {
    if (next.peek(known.key) !== undefined) return;
    this.#keep(next.adopt(known) ?? this.#decode(next, known.key));
  }

  #decode(shard: Shard, key: string): Decoded | undefined {
    try {
      return shard.decode(key);
    } catch (cause) {
      throw new SnapshotUnavailableError(`record ${shard.section} ${key} cannot be read`, { cause });
    }
  }

  /** Of a shard that has left memory nothing is kept; a request that still has it uses it up. */
  #keep(decoded: Decoded | undefined): void {
    if (decoded === undefined || this.held(decoded.shard.digest) !== decoded.shard) return;
    this.#decoded.add(decoded);
  }

  /** As peek(), by somebody whose look is no use of it. */
  held(digest: string): Shard | undefined {
    return this.#entries.get(digest);
  }

  has(digest: string): boolean {
    return this.#entries.has(digest);
  }

  /** Reads a shard; concurrent calls share one read. Rejects with SnapshotUnavailableError. */
  async load<S extends Section>(section: S, digest: string): Promise<Shard<S>> {
    const failed = this.#failed.get(digest);
    if (failed !== undefined && this.#options.now() < failed.until) throw failed.error;
    let loading = this.#loading.get(digest);
    if (loading === undefined || this.#isStuck(loading)) {
      const begun = { shard: this.#read(section, digest), since: this.#options.now() };
      const ended = begun.shard.then(
        () => this.#forget(digest, begun),
        () => this.#forget(digest, begun),
      );
      this.#loading.set(digest, begun);
      this.#options.keepAlive(ended);
      loading = begun;
    }
    return (await loading.shard) as Shard<S>;
  }

  /**
   * A shard for a look over all of a section: what is in memory as it is there, and the rest without a place in memory,
   * so that nothing which serves requests has to go for it. Rejects with SnapshotUnavailableError.
   */
  async skim<S extends Section>(section: S, digest: string): Promise<ShardRecords<S>> {
    const held = this.#entries.get(digest) as Shard<S> | undefined;
    if (held !== undefined) return held.skim();
    const { cluster, get, delay } = this.#options;
    try {
      const text = await withDeadline("it", get(shardKey(cluster, digest), IMMUTABLE_CACHE_TTL), delay);
      if (text === null) throw new SnapshotUnavailableError("KV has no such key");
      return (await Shard.open(section, digest, text)).skim();
    } catch (cause) {
      throw new SnapshotUnavailableError(`shard ${section}/${digest.slice(0, 12)} cannot be read`, { cause });
    }
  }

  /** Lets go of what none of these roots names: a cluster that changes all the time would fill the budget with its past. */
  keepOnly(roots: readonly Root[]): void {
    const named = new Set(
      roots.flatMap(({ sections }) => SECTION_NAMES.flatMap((name) => sections[name].shards)),
    );
    for (const [digest, shard] of this.#entries) if (!named.has(digest)) this.#drop(digest, shard);
    // Reads that hang with a request that is gone, and of shards that nobody asks for again, would pile up.
    for (const [digest, loading] of this.#loading) {
      if (!named.has(digest) && this.#isStuck(loading)) this.#loading.delete(digest);
    }
  }

  /** A read may hang with the request that began it: its timers end with it too. */
  #isStuck({ since }: Loading): boolean {
    return this.#options.now() - since > 2 * READ_DEADLINE_MS;
  }

  #forget(digest: string, ended: Loading): void {
    if (this.#loading.get(digest) === ended) this.#loading.delete(digest);
  }

  async #read(section: Section, digest: string): Promise<Shard> {
    const { cluster, get, now, delay } = this.#options;
    // What was missing a moment ago may be there now: KV must not answer from a cached miss for long.
    const cacheTtl = this.#failed.has(digest) ? SHORTEST_CACHE_TTL : IMMUTABLE_CACHE_TTL;
    try {
      const text = await withDeadline("it", get(shardKey(cluster, digest), cacheTtl), delay);
      if (text === null) throw new SnapshotUnavailableError("KV has no such key");
      const shard = await Shard.open(section, digest, text);
      this.#failed.delete(digest);
      this.#insert(digest, shard);
      return shard;
    } catch (cause) {
      const error = new SnapshotUnavailableError(`shard ${section}/${digest.slice(0, 12)} cannot be read`, {
        cause,
      });
      this.#failed.delete(digest);
      this.#failed.set(digest, { until: now() + RETRY_AFTER_MS, error });
      const [oldest] = this.#failed.keys();
      if (this.#failed.size > MOST_FAILED && oldest !== undefined) this.#failed.delete(oldest);
      throw error;
    }
  }

  #insert(digest: string, shard: Shard): void {
    this.#entries.set(digest, shard);
    this.#bytes += shard.bytes;
    for (const [oldest, leaving] of this.#entries) {
      if (this.#bytes <= this.#options.budgetBytes || oldest === digest) break;
      this.#drop(oldest, leaving);
    }
  }

  #drop(digest: string, shard: Shard): void {
    this.#entries.delete(digest);
    this.#bytes -= shard.bytes;
    for (const decoded of Array.from(shard.decoded)) this.#decoded.drop(decoded);
  }
}
