/** Reads of two generations what differs between them: the shards that only one of them names. */
import {
  ContractError,
  decodeShard,
  type RecordOf,
  type Root,
  type Section,
  shardKey,
} from "../../../contract/index.ts";
import type { Change } from "./change.ts";
import { describeChange, DESCRIBED, type DescribedSection, type Side } from "./describe.ts";

export interface Comparison {
  readonly changes: readonly Change[];
  /** How many there are besides. */
  readonly omitted: number;
  /** Why something may be missing here, in sentences: a shard that is gone, or too many to read. */
  readonly incomplete: readonly string[];
}

export interface CompareOptions {
  readonly cluster: string;
  /** `undefined` or `null` for a key that does not exist. */
  readonly get: (key: string) => Promise<string | null | undefined>;
  /** Shards that are read at most. */
  readonly shards?: number | undefined;
  /** Changes that are told at most. */
  readonly changes?: number | undefined;
}

/** A shard has about 64 KiB (contract/shard.ts): 8 MiB for both sides. */
const MOST_SHARDS = 128;
const MOST_CHANGES = 500;
/** A Worker has six connections at once, and so many texts are in memory at a time. */
const AT_ONCE = 6;

interface Wanted {
  readonly section: DescribedSection;
  readonly digest: string;
  readonly side: "before" | "after";
}

/** @throws whatever `get` rejects with. */
export async function compareRoots(before: Root, after: Root, options: CompareOptions): Promise<Comparison> {
  const { shards: mostShards = MOST_SHARDS, changes: mostChanges = MOST_CHANGES } = options;
  const wanted = DESCRIBED.flatMap((section) => [
    ...onlyIn("before", section, before, after),
    ...onlyIn("after", section, after, before),
  ]);
  const incomplete: string[] = [];
  if (wanted.length > mostShards) {
    const sections = [...new Set(wanted.slice(mostShards).map(({ section }) => section))].join(" and ");
    incomplete.push(`too much differs to read it all: some or all of ${sections} is not compared`);
  }
  // A record whose other form is not read would pass for one that is new or gone.
  const readable = wholeSections(wanted, mostShards);
  const sides = { before: emptyRecords(), after: emptyRecords() };
  for (let i = 0; i < readable.length; i += AT_ONCE) {
    const batch = readable.slice(i, i + AT_ONCE);
    const read = await Promise.all(batch.map((shard) => readShard(shard, options)));
    for (const [j, { section, side, digest }] of batch.entries()) {
      const records = read[j];
      if (typeof records === "object") addAll(sides[side][section], records);
      else incomplete.push(`shard ${section}/${digest.slice(0, 12)} of it ${records ?? "cannot be read"}`);
    }
  }
  const damaged = new Set(
    DESCRIBED.filter((section) => incomplete.some((text) => text.startsWith(`shard ${section}/`))),
  );
  for (const section of damaged) {
    sides.before[section].clear();
    sides.after[section].clear();
  }
  const changes = describeChange(sideOf(before, sides.before), sideOf(after, sides.after));
  return {
    changes: changes.slice(0, mostChanges),
    omitted: Math.max(0, changes.length - mostChanges),
    incomplete,
  };
}

type Mutable = { [S in DescribedSection]: Map<string, RecordOf<S>> };

function emptyRecords(): Mutable {
  return { hosts: new Map(), services: new Map(), certificates: new Map(), zones: new Map() };
}

function sideOf({ settings, hold }: Root, records: Mutable): Side {
  return { records, settings, hold };
}

function onlyIn(side: Wanted["side"], section: DescribedSection, root: Root, other: Root): Wanted[] {
  const theirs = new Set(other.sections[section].shards);
  const own = new Set(root.sections[section].shards);
  return [...own].flatMap((digest) => (theirs.has(digest) ? [] : [{ section, digest, side }]));
}

/** The sections that can be read whole, in their order, as far as `most` goes. */
function wholeSections(wanted: readonly Wanted[], most: number): Wanted[] {
  const taken: Wanted[] = [];
  for (const section of DESCRIBED) {
    const shards = wanted.filter((shard) => shard.section === section);
    if (taken.length + shards.length <= most) taken.push(...shards);
  }
  return taken;
}

/** Its records, or why it has none that count. */
async function readShard(
  { section, digest }: Wanted,
  { cluster, get }: CompareOptions,
): Promise<ReadonlyMap<string, RecordOf<Section>> | string> {
  const text = await get(shardKey(cluster, digest));
  if (text === null || text === undefined) return "is not in KV any more";
  try {
    return await decodeShard(section, digest, text);
  } catch (error) {
    if (error instanceof ContractError) return `cannot be read (${error.message})`;
    throw error;
  }
}

function addAll<S extends DescribedSection>(
  into: Map<string, RecordOf<S>>,
  records: ReadonlyMap<string, RecordOf<Section>>,
): void {
  // They were read as shards of this very section.
  for (const [key, record] of records) into.set(key, record as RecordOf<S>);
}
