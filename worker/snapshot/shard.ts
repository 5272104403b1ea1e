/** A shard in isolate memory: the texts of its records, and those records that were asked for. */
import {
  decodeRecord,
  openShard,
  type RecordOf,
  type Section,
  type ShardRecords,
  skimRecords,
} from "../../contract/index.ts";
import { shareBackends } from "./share-backends.ts";

/** A decoded record, as long as there is room for it. */
export interface Decoded {
  readonly shard: Shard;
  readonly key: string;
  readonly record: RecordOf<Section>;
  /** Of its text. */
  readonly bytes: number;
  /** Again since it was decoded, or since the last look for ones that are not used. */
  isUsed: boolean;
}

export class Shard<S extends Section = Section> {
  readonly section: S;
  readonly digest: string;
  readonly bytes: number;
  readonly #texts: ReadonlyMap<string, string>;
  /** The keys whose records were found to have the right shape. */
  readonly #good = new Set<string>();
  readonly #decoded = new Map<string, Decoded>();

  private constructor(section: S, digest: string, texts: ReadonlyMap<string, string>, bytes: number) {
    this.section = section;
    this.digest = digest;
    this.#texts = texts;
    this.bytes = bytes;
  }

  /** @throws ContractError */
  static async open<S extends Section>(section: S, digest: string, text: string): Promise<Shard<S>> {
    return new Shard(section, digest, await openShard(section, digest, text), text.length);
  }

  /** The records that are decoded now. */
  get decoded(): Iterable<Decoded> {
    return this.#decoded.values();
  }

  textOf(key: string): string | undefined {
    return this.#texts.get(key);
  }

  /** A record that is decoded already. */
  peek(key: string): Decoded | undefined {
    return this.#decoded.get(key);
  }

  /** @throws MalformedError; `undefined` where there is no such record */
  decode(key: string): Decoded | undefined {
    const text = this.#texts.get(key);
    if (text === undefined) return undefined;
    const record = decodeRecord(this.section, key, text, this.#good.has(key));
    this.#good.add(key);
    if ("routes" in record) shareBackends(record);
    return this.#keep(key, record, text);
  }

  /** Takes over the record of a shard before this one, if it is the same here: whatever hangs on it stays. */
  adopt({ shard, key, record }: Decoded): Decoded | undefined {
    const text = this.#texts.get(key);
    return text === undefined || text !== shard.textOf(key) ? undefined : this.#keep(key, record, text);
  }

  /** All records, unchecked. @throws MalformedError */
  skim(): ShardRecords<S> {
    return skimRecords(this.section, this.#texts);
  }

  drop({ key }: Decoded): void {
    this.#decoded.delete(key);
  }

  #keep(key: string, record: RecordOf<Section>, text: string): Decoded {
    const decoded = { shard: this as Shard, key, record, bytes: text.length, isUsed: false };
    this.#decoded.set(key, decoded);
    return decoded;
  }
}
