import {
  type RecordOf,
  type Root,
  type Section,
  SECTION_NAMES,
  shardIndex,
  type ShardRecords,
} from "../../contract/index.ts";
import type { ShardCache } from "./shard-cache.ts";
import type { MaybePromise, SnapshotView } from "./view.ts";

/** A view of one verified root over the shards that isolate memory holds. */
export class Generation implements SnapshotView {
  readonly root: Root;
  /** The signed text that the root was read from. */
  readonly text: string;
  readonly #shards: ShardCache;
  #served = false;

  constructor(root: Root, text: string, shards: ShardCache) {
    this.root = root;
    this.text = text;
    this.#shards = shards;
  }

  /** Whether anything of it was ever read: one that never was is no good to fall back on. */
  get served(): boolean {
    return this.#served;
  }

  get<S extends Section>(section: S, key: string): MaybePromise<RecordOf<S> | undefined> {
    const digests = this.root.sections[section].shards;
    const digest = digests[shardIndex(key, digests.length)];
    // The schema says that there is a power of two of shards, hence one at every index.
    if (digest === undefined) return undefined;
    const shard = this.#shards.peek<S>(digest);
    if (shard === undefined) return this.#load(section, digest, key);
    this.#served = true;
    return this.#shards.record(shard, key);
  }

  /**
   * Reads what a successor needs in order to take over without a request waiting: for every shard of this generation
   * that is in memory, the one in its place, and of that the records that are decoded of this one. Rejects when one cannot
   * be read, or is malformed: then this generation stays.
   */
  async prepare(next: Generation): Promise<void> {
    const reads: Promise<unknown>[] = [];
    for (const section of SECTION_NAMES) {
      const present = this.root.sections[section].shards;
      const coming = next.root.sections[section].shards;
      // Powers of two: keys of one shard here share the low bits of their index there, and the other way round.
      const common = Math.min(present.length, coming.length);
      const inUse = new Set<number>();
      for (const [index, digest] of present.entries()) {
        if (this.#shards.has(digest)) inUse.add(index % common);
      }
      for (const [index, digest] of coming.entries()) {
        const missing = inUse.has(index % common) && !this.#shards.has(digest);
        if (missing) reads.push(this.#shards.load(section, digest));
      }
    }
    await Promise.all(reads);
    for (const section of SECTION_NAMES) this.#warm(section, next.root.sections[section].shards);
  }

  #warm(section: Section, coming: readonly string[]): void {
    const stays = new Set(coming);
    const replaced = this.root.sections[section].shards.filter((digest) => !stays.has(digest));
    for (const digest of replaced) {
      for (const known of Array.from(this.#shards.held(digest)?.decoded ?? [])) {
        const successor = this.#shards.held(coming[shardIndex(known.key, coming.length)] ?? "");
        if (successor !== undefined) this.#shards.warm(successor, known);
      }
    }
  }

  /** One of a section's shards, by its digest, for a look over all of them (ShardCache.skim). */
  skim<S extends Section>(section: S, digest: string): Promise<ShardRecords<S>> {
    return this.#shards.skim(section, digest);
  }

  async #load<S extends Section>(section: S, digest: string, key: string): Promise<RecordOf<S> | undefined> {
    const shard = await this.#shards.load(section, digest);
    this.#served = true;
    return this.#shards.record(shard, key);
  }
}
