import {
  decodeShard,
  type RecordOf,
  type Section,
  shardKey,
  type ShardRecords,
} from "../../contract/index.ts";
import { SnapshotUnavailableError } from "./errors.ts";
import { IMMUTABLE_CACHE_TTL, type KvGet } from "./head-source.ts";

interface Entry {
  readonly records: ShardRecords<Section>;
  readonly bytes: number;
}

export interface ShardCacheOptions {
  readonly cluster: string;
  readonly get: KvGet;
  /** Least recently used shards go when the sum of their texts exceeds this. */
  readonly budgetBytes: number;
  /** Milliseconds. */
  readonly now: () => number;
  /** Keeps a read alive when the request that began it ends: others may be waiting for it. */
  readonly keepAlive: (work: Promise<unknown>) => void;
}

/** A shard that could not be read is not asked for again for this long: KV caches a miss as well. */
const RETRY_AFTER_MS = 2_000;

/** Decoded shards in isolate memory, by digest. Shards are immutable: an entry is never wrong, only absent. */
export class ShardCache {
  readonly #options: ShardCacheOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #loading = new Map<string, Promise<ShardRecords<Section>>>();
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
    if (loading === undefined) {
      loading = this.#read(section, digest).finally(() => this.#loading.delete(digest));
      this.#loading.set(digest, loading);
      this.#options.keepAlive(loading.catch(() => undefined));
    }
    return (await loading) as ReadonlyMap<string, unknown> as ReadonlyMap<string, RecordOf<S>>;
  }

  async #read(section: Section, digest: string): Promise<ShardRecords<Section>> {
    const { cluster, get, now } = this.#options;
    try {
      const text = await get(shardKey(cluster, digest), IMMUTABLE_CACHE_TTL);
      if (text === null) throw new SnapshotUnavailableError("KV has no such key");
      const records = await decodeShard(section, digest, text);
      this.#failed.delete(digest);
      this.#insert(digest, { records, bytes: text.length });
      return records;
    } catch (cause) {
      const error = new SnapshotUnavailableError(`shard ${section}/${digest.slice(0, 12)} cannot be read`, {
        cause,
      });
      this.#failed.set(digest, { until: now() + RETRY_AFTER_MS, error });
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
