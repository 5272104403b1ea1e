/** Encodes a section again and again, and each time only what has changed since. */
import {
  type EncodedShard,
  encodeMember,
  encodeShard,
  type RecordOf,
  type Section,
  shardCount,
  shardIndex,
  utf8,
} from "../../contract/index.ts";

export interface EncodedSection {
  /** How many records the shards hold together. */
  readonly records: number;
  /** By shard index; a power of two of them. */
  readonly shards: readonly EncodedShard[];
}

interface Member {
  /** Records never change: the same one has the same text. */
  readonly record: object;
  readonly text: string;
  readonly bytes: number;
}

/**
 * Gives what encodeSection gives. Of a record that is the same object as the time before nothing is done anew, and a
 * shard whose records all have the same text stays the same object. One call at a time.
 */
export class SectionEncoder<S extends Section> {
  readonly #section: S;
  #records: ReadonlyMap<string, RecordOf<S>> | undefined;
  readonly #members = new Map<string, Member>();
  #bytes = 0;
  /** By shard index: the keys in it. */
  #slices: Set<string>[] = [];
  #shards: (EncodedShard | undefined)[] = [];

  constructor(section: S) {
    this.#section = section;
  }

  async encode(records: ReadonlyMap<string, RecordOf<S>>): Promise<EncodedSection> {
    if (records !== this.#records) this.#take(records);
    const shards = await Promise.all(
      this.#shards.map(async (shard, index) => shard ?? encodeShard(this.#section, this.#textsOf(index))),
    );
    this.#shards = shards;
    return { records: records.size, shards };
  }

  #take(records: ReadonlyMap<string, RecordOf<S>>): void {
    for (const [key, record] of records) this.#put(key, record);
    if (this.#members.size > records.size) {
      for (const key of this.#members.keys()) if (!records.has(key)) this.#remove(key);
    }
    const count = shardCount(this.#bytes);
    if (count !== this.#slices.length) this.#cut(count);
    this.#records = records;
  }

  #put(key: string, record: object): void {
    const known = this.#members.get(key);
    if (known?.record === record) return;
    const text = encodeMember(key, record);
    if (known?.text === text) {
      this.#members.set(key, { ...known, record });
      return;
    }
    const bytes = utf8(text).length;
    this.#bytes += bytes - (known?.bytes ?? 0);
    this.#members.set(key, { record, text, bytes });
    this.#touch(key)?.add(key);
  }

  #remove(key: string): void {
    this.#bytes -= this.#members.get(key)?.bytes ?? 0;
    this.#members.delete(key);
    this.#touch(key)?.delete(key);
  }

  /** The key's slice, whose shard is to be encoded anew; `undefined` before the section is cut. */
  #touch(key: string): Set<string> | undefined {
    const { length } = this.#slices;
    if (length === 0) return undefined;
    const index = shardIndex(key, length);
    this.#shards[index] = undefined;
    return this.#slices[index];
  }

  #cut(count: number): void {
    this.#slices = Array.from({ length: count }, () => new Set());
    this.#shards = this.#slices.map(() => undefined);
    for (const key of this.#members.keys()) this.#slices[shardIndex(key, count)]?.add(key);
  }

  #textsOf(index: number): string[] {
    return [...(this.#slices[index] ?? [])].toSorted().map((key) => this.#members.get(key)?.text ?? "");
  }
}
