/** Shards: a section's records cut into canonical, content-addressed slices (design: "The snapshot"). */
import { utf8 } from "./bytes.ts";
import { canonicalJson } from "./canonical.ts";
import { sha256 } from "./digest.ts";
import { IntegrityError, parseAs, parseJson } from "./errors.ts";
import { recordTexts } from "./record-texts.ts";
import { type RecordOf, SECTIONS, type Section } from "./records.ts";
import * as z from "./schema.ts";

/** A section gets the smallest power of two of shards that keeps their mean at or below this many bytes. */
export const SHARD_TARGET_BYTES = 64 * 1024;

/** One encoded slice: `text` is canonical JSON, `digest` the SHA-256 of its UTF-8 bytes. */
export interface EncodedShard {
  readonly digest: string;
  readonly text: string;
}

const shardSchema = (section: Section): z.core.$ZodType<{ records: Record<string, unknown> }> =>
  z.strictObject({
    section: z.literal(section),
    records: z.record(SECTIONS[section].key, SECTIONS[section].record),
  });

const SHARD_SCHEMAS = {
  addresses: shardSchema("addresses"),
  certificates: shardSchema("certificates"),
  hosts: shardSchema("hosts"),
  services: shardSchema("services"),
  zones: shardSchema("zones"),
};

export type ShardRecords<S extends Section> = ReadonlyMap<string, RecordOf<S>>;

/**
 * Which of `count` shards (a power of two) holds a key: FNV-1a over UTF-16 code units, finished as MurmurHash3
 * does so that the low bits depend on every unit. Synchronous, because it runs for every request.
 */
export function shardIndex(key: string, count: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) {
    hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) & (count - 1);
}

/** One record as it stands in the text of its shard. */
export function encodeMember(key: string, record: unknown): string {
  return `${JSON.stringify(key)}:${canonicalJson(record)}`;
}

/** How many shards a section gets whose members have so many bytes of UTF-8 together. */
export function shardCount(bytes: number): number {
  let count = 1;
  while (bytes / count > SHARD_TARGET_BYTES) count *= 2;
  return count;
}

/** @param members of one shard, sorted by their keys */
export async function encodeShard(section: Section, members: readonly string[]): Promise<EncodedShard> {
  const text = `{"records":{${members.join(",")}},"section":${JSON.stringify(section)}}`;
  return { digest: await sha256(text), text };
}

/** Encodes a section. The same records give the same shards, whatever order they come in. */
export async function encodeSection<S extends Section>(
  section: S,
  records: ReadonlyMap<string, RecordOf<S>>,
): Promise<EncodedShard[]> {
  const members = [...records]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, record]) => ({ key, text: encodeMember(key, record) }));
  const count = shardCount(members.reduce((sum, member) => sum + utf8(member.text).length, 0));
  const slices: string[][] = Array.from({ length: count }, () => []);
  for (const { key, text } of members) slices[shardIndex(key, count)]?.push(text);
  return Promise.all(slices.map((slice) => encodeShard(section, slice)));
}

/**
 * The texts of a shard's records, by key, for whoever decodes few of them.
 *
 * @throws IntegrityError when the text is not what the digest names; MalformedError when it is not laid out as a shard.
 */
export async function openShard(
  section: Section,
  digest: string,
  text: string,
): Promise<ReadonlyMap<string, string>> {
  const what = nameOf(section, digest);
  await verifyDigest(what, digest, text);
  return recordTexts(what, section, text);
}

/**
 * @param isKnownGood whether these very texts were decoded before: to check them again would say nothing new
 * @throws MalformedError when its shape, or that of its key, is wrong
 */
export function decodeRecord<S extends Section>(
  section: S,
  key: string,
  text: string,
  isKnownGood = false,
): RecordOf<S> {
  const what = `record ${section} ${key}`;
  const value = parseJson(what, text);
  if (!isKnownGood) {
    const schemas = SECTIONS[section];
    parseAs(what, schemas.key, key);
    parseAs<z.core.$ZodType>(what, schemas.record, value);
  }
  // The schema of this very section has vouched for it, and changes nothing.
  return value as RecordOf<S>;
}

/**
 * Reads a shard that a verified root names.
 *
 * @throws IntegrityError when the text is not what the digest names; MalformedError when its shape is wrong.
 */
export async function decodeShard<S extends Section>(
  section: S,
  digest: string,
  text: string,
): Promise<ShardRecords<S>> {
  const what = nameOf(section, digest);
  await verifyDigest(what, digest, text);
  const shard = parseAs(what, SHARD_SCHEMAS[section], parseJson(what, text));
  // The schema of this very section has just vouched for the records.
  return new Map(Object.entries(shard.records)) as ReadonlyMap<string, unknown> as ShardRecords<S>;
}

/**
 * All records of an opened shard, without a look at their shapes: the agent that signed the root vouches for them, and for a
 * look over a whole cluster the schema costs ten times the rest. Not for serving.
 *
 * @throws MalformedError when one is no JSON
 */
export function skimRecords<S extends Section>(
  section: S,
  texts: Iterable<readonly [string, string]>,
): ShardRecords<S> {
  const records = new Map<string, unknown>();
  for (const [key, text] of texts) records.set(key, parseJson(`record ${section} ${key}`, text));
  return records as ReadonlyMap<string, unknown> as ShardRecords<S>;
}

const nameOf = (section: Section, digest: string): string => `shard ${section}/${digest.slice(0, 12)}`;

async function verifyDigest(what: string, digest: string, text: string): Promise<void> {
  if ((await sha256(text)) !== digest) {
    throw new IntegrityError(what, "its bytes do not have the digest that names it");
  }
}
