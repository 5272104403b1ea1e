import {
  decodeShard,
  type RecordOf,
  type Section,
  shardKey,
  type ShardRecords,
  skimShard,
} from "../../contract/index.ts";
import { type Delay, READ_DEADLINE_MS, withDeadline } from "./deadline.ts";
import { SnapshotUnavailableError } from "./errors.ts";
import { IMMUTABLE_CACHE_TTL, type KvGet, SHORTEST_CACHE_TTL } from "./head-source.ts";

interface Entry {
  readonly records: ShardRecords<Section>;
  readonly bytes: number;
}

interface Loading {
  readonly shard: Promise<ShardRecords<Section>>;
  readonly since: number;
}

export interface ShardCacheOptions {
  readonly cluster: string;
  readonly get: KvGet;
  /** Least recently used shards go when the sum of their texts exceeds this. */
  readonly budgetBytes: number;
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

/** Decoded shards in isolate memory, by digest. Shards are immutable: an entry is never wrong, only absent. */
export class ShardCache {
  readonly #options: ShardCacheOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #loading = new Map<string, Loading>();
  readonly #failed = new Map<string, { readonly until: number; readonly error: SnapshotUnavailableError }>();
  #bytes = 0;

  constructor(options: ShardCacheOptions) {
    this.#options = options;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The shard's records if they are in memory. */
  peek<S extends Section>(digest: string): ShardRecords<S> | undefined {
    const entry = this.#entries.get(digest);
    if (entry === undefined) return undefined;
    // A Map keeps the order of insertion, so this makes the entry the most recently used.
    this.#entries.delete(digest);
    this.#entries.set(digest, entry);
    return entry.records as ShardRecords<S>;
  }

  has(digest: string): boolean {
    return this.#entries.has(digest);
  }

  /** Reads a shard; concurrent calls share one read. Rejects with SnapshotUnavailableError. */
  async load<S extends Section>(section: S, digest: string): Promise<ShardRecords<S>> {
    const failed = this.#failed.get(digest);
    if (failed !== undefined && this.#options.now() < failed.until) throw failed.error;
    let loading = this.#loading.get(digest);
    // A read may hang with the request that began it: its timers end with it too. Then it is begun anew.
    if (loading === undefined || this.#options.now() - loading.since > 2 * READ_DEADLINE_MS) {
      const begun = { shard: this.#read(section, digest), since: this.#options.now() };
      const ended = begun.shard.then(
        () => this.#forget(digest, begun),
        () => this.#forget(digest, begun),
      );
      this.#loading.set(digest, begun);
      this.#options.keepAlive(ended);
      loading = begun;
    }
    return (await loading.shard) as ReadonlyMap<string, unknown> as ReadonlyMap<string, RecordOf<S>>;
  }

  /**
   * A shard for a look over all of a section: what is in memory as it is there, and the rest without a place in memory,
   * so that nothing which serves requests has to go for it. Rejects with SnapshotUnavailableError.
   */
  async skim<S extends Section>(section: S, digest: string): Promise<ShardRecords<S>> {
    const entry = this.#entries.get(digest);
    if (entry !== undefined) return entry.records as ShardRecords<S>;
    const { cluster, get, delay } = this.#options;
    try {
      const text = await withDeadline("it", get(shardKey(cluster, digest), IMMUTABLE_CACHE_TTL), delay);
      if (text === null) throw new SnapshotUnavailableError("KV has no such key");
      return await skimShard(section, digest, text);
    } catch (cause) {
      throw new SnapshotUnavailableError(`shard ${section}/${digest.slice(0, 12)} cannot be read`, { cause });
    }
  }

  #forget(digest: string, ended: Loading): void {
    if (this.#loading.get(digest) === ended) this.#loading.delete(digest);
  }

  async #read(section: Section, digest: string): Promise<ShardRecords<Section>> {
    const { cluster, get, now, delay } = this.#options;
    // What was missing a moment ago may be there now: KV must not answer from a cached miss for long.
    const cacheTtl = this.#failed.has(digest) ? SHORTEST_CACHE_TTL : IMMUTABLE_CACHE_TTL;
    try {
      const text = await withDeadline("it", get(shardKey(cluster, digest), cacheTtl), delay);
      if (text === null) throw new SnapshotUnavailableError("KV has no such key");
      const records = await decodeShard(section, digest, text);
      this.#failed.delete(digest);
      this.#insert(digest, { records, bytes: text.length });
      return records;
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

  #insert(digest: string, entry: Entry): void {
    this.#entries.set(digest, entry);
    this.#bytes += entry.bytes;
    for (const [oldest, { bytes }] of this.#entries) {
      if (this.#bytes <= this.#options.budgetBytes || oldest === digest) break;
      this.#entries.delete(oldest);
      this.#bytes -= bytes;
    }
  }
}
