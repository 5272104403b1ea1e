/** The generations that KV keeps, and what changed from one to another. */
import {
  ContractError,
  decodeRoot,
  type Hold,
  parseRootKey,
  type Root,
  rootPrefix,
  type Section,
  SECTION_NAMES,
  sha256,
  type Verifier,
} from "../../../contract/index.ts";
import { type Delay, withDeadline } from "../../snapshot/deadline.ts";
import { type KvGet, SHORTEST_CACHE_TTL } from "../../snapshot/head-source.ts";
import { changeLines } from "./change.ts";
import { type Comparison, compareRoots } from "./compare.ts";

export interface GenerationEntry {
  readonly generation: number;
  /** When it was made, in milliseconds since 1970; `undefined` for one that cannot be read and does not say. */
  readonly time: number | undefined;
  /** Whether this isolate serves it. */
  readonly served: boolean;
  /** Set on a root that a person rolled back to, and that stands until it is released. */
  readonly hold: Hold | undefined;
  /** How many each section has; `undefined` for a root that cannot be read. */
  readonly records: Readonly<Record<Section, number>> | undefined;
  /** Why it cannot be read, or counts for nothing. */
  readonly problem: string | undefined;
}

export interface Compared extends Comparison {
  readonly before: Pick<Root, "generation" | "time">;
  readonly after: Pick<Root, "generation" | "time">;
}

/** What changed in one generation, as a list of them has room for. */
export interface ChangeSummary {
  /** The generation before, which it is compared with. */
  readonly since: number;
  readonly lines: readonly string[];
  /** How many lines there are besides. */
  readonly more: number;
  /** Whether something may be missing. */
  readonly incomplete: boolean;
}

export interface History {
  /**
   * The newest generations, newest first. Not every one was served: one that an agent wrote before it was killed is there
   * too. A listing of KV may be a minute old.
   *
   * @throws SnapshotUnavailableError when KV does not answer.
   */
  list(most?: number): Promise<readonly GenerationEntry[]>;
  /**
   * What changed in the newest ones, by generation.
   *
   * @throws SnapshotUnavailableError when KV does not answer.
   */
  summaries(): Promise<ReadonlyMap<number, ChangeSummary>>;
  /**
   * `undefined` for a generation that KV does not keep, or that does not verify.
   *
   * @throws SnapshotUnavailableError when KV does not answer.
   */
  compare(before: number, after: number): Promise<Compared | undefined>;
}

/** One page of a listing of KV. */
export type KvList = (
  prefix: string,
  cursor: string | undefined,
) => Promise<{ readonly keys: readonly KvName[]; readonly cursor: string | undefined }>;

interface KvName {
  readonly name: string;
  readonly metadata?: unknown;
}

export interface HistoryOptions {
  readonly cluster: string;
  readonly verifier: Promise<Verifier>;
  readonly get: KvGet;
  readonly list: KvList;
  /** The signed root that is served, if any is. */
  readonly served: () => string | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly delay: Delay;
}

interface ListedRoot {
  readonly key: string;
  readonly generation: number;
  readonly digest: string;
  readonly time: number | undefined;
}

/** The agent keeps this many of the newest, and those of the last hour (sync-agent/publish/collect-plan.ts). */
const MOST_LISTED = 20;
/** Of 1,000 keys each; a listing begins with the oldest. An hour of publications every 1.5 s has 2,400. */
const MOST_PAGES = 5;
/** Listings are billed: pages that follow one another share one. */
const FRESH_MS = 5_000;
/** Roots are immutable. Each names a digest for every 64 KiB of the cluster. */
const MOST_ROOTS = 64;
/** A list tells of so many generations what changed in them, with so many lines each. */
const MOST_SUMMARIES = 10;
const MOST_LINES = 3;
/** Shards that are read for one of these. */
const SUMMARY_SHARDS = 24;
/** As in compare.ts. */
const AT_ONCE = 6;

export function createHistory(options: HistoryOptions): History {
  const { cluster, now, delay } = options;
  let listing:
    | {
        readonly roots: readonly ListedRoot[];
        readonly since: number;
        /** What was served then: a listing from before another generation came does not know it. */
        readonly served: string | undefined;
      }
    | undefined;
  const known = new Map<string, Root | string>();
  /** By the digests of both roots. */
  const summarised = new Map<string, ChangeSummary>();

  /**
   * KV caches that a key is missing as well. A collected shard may be written again by a rollback, so what is looked at
   * here must not make the edge believe for long that it is missing.
   */
  const get = (key: string) => withDeadline(key, options.get(key, SHORTEST_CACHE_TTL), delay);

  /** Newest first. */
  async function roots(): Promise<readonly ListedRoot[]> {
    const age = listing === undefined ? FRESH_MS : now() - listing.since;
    const served = options.served();
    if (listing !== undefined && age >= 0 && age < FRESH_MS && listing.served === served) {
      return listing.roots;
    }
    const found: ListedRoot[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < MOST_PAGES; page++) {
      const answer = await withDeadline(
        "the list of roots",
        options.list(rootPrefix(cluster), cursor),
        delay,
      );
      for (const { name, metadata } of answer.keys) {
        const named = parseRootKey(cluster, name);
        if (named !== undefined) found.push({ key: name, ...named, time: timeIn(metadata) });
      }
      cursor = answer.cursor;
      if (cursor === undefined) break;
    }
    const newestFirst = found.toSorted((a, b) => b.generation - a.generation);
    listing = { roots: newestFirst, since: now(), served };
    return newestFirst;
  }

  /** The root, or why there is none that counts. */
  async function read({ key, digest, generation }: ListedRoot): Promise<Root | string> {
    const present = known.get(key);
    if (present !== undefined) return present;
    const text = await get(key);
    if (text === null) return "KV does not have it any more";
    const content = await verified(text, digest, generation);
    known.set(key, content);
    const [oldest] = known.keys();
    if (known.size > MOST_ROOTS && oldest !== undefined) known.delete(oldest);
    return content;
  }

  async function verified(text: string, digest: string, generation: number): Promise<Root | string> {
    if ((await sha256(text)) !== digest) return "is not what its key names";
    try {
      const root = await decodeRoot(text, await options.verifier);
      if (root.cluster === cluster && root.generation === generation) return root;
      return `is generation ${root.generation} of cluster ${root.cluster}, not what its key names`;
    } catch (error) {
      if (error instanceof ContractError) return error.message;
      throw error;
    }
  }

  /** Of two roots of one generation that which is served, or else the later one: the other was never the head. */
  async function find(generation: number): Promise<Root | undefined> {
    const served = await servedDigest();
    const found: Root[] = [];
    for (const listed of await roots()) {
      if (listed.generation !== generation) continue;
      const content = await read(listed);
      if (typeof content === "string") continue;
      if (listed.digest === served) return content;
      found.push(content);
    }
    return found.toSorted((a, b) => b.time - a.time)[0];
  }

  async function summary(
    [earlier, before]: readonly [ListedRoot, Root],
    [later, after]: readonly [ListedRoot, Root],
  ): Promise<ChangeSummary> {
    const key = `${earlier.digest} ${later.digest}`;
    const present = summarised.get(key);
    if (present !== undefined) return present;
    const compared = await compareRoots(before, after, { cluster, get, shards: SUMMARY_SHARDS });
    const lines = compared.changes.flatMap(changeLines);
    const made = {
      since: before.generation,
      lines: lines.slice(0, MOST_LINES),
      more: Math.max(0, lines.length - MOST_LINES) + compared.omitted,
      incomplete: compared.incomplete.length > 0,
    };
    summarised.set(key, made);
    const [oldest] = summarised.keys();
    if (summarised.size > MOST_ROOTS && oldest !== undefined) summarised.delete(oldest);
    return made;
  }

  async function servedDigest(): Promise<string | undefined> {
    const text = options.served();
    return text === undefined ? undefined : sha256(text);
  }

  return {
    async list(most = MOST_LISTED) {
      const served = await servedDigest();
      const newest = (await roots()).slice(0, most);
      const entries: GenerationEntry[] = [];
      for (let i = 0; i < newest.length; i += AT_ONCE) {
        const batch = newest.slice(i, i + AT_ONCE);
        const contents = await Promise.all(batch.map(read));
        for (const [j, listed] of batch.entries()) {
          entries.push(entryOf(listed, contents[j] ?? "cannot be read", listed.digest === served));
        }
      }
      return entries;
    },
    async summaries() {
      const found: (readonly [ListedRoot, Root])[] = [];
      for (const listed of (await roots()).slice(0, MOST_LISTED)) {
        if (found.length > MOST_SUMMARIES) break;
        const content = await read(listed);
        if (typeof content !== "string") found.push([listed, content]);
      }
      const summaries = new Map<number, ChangeSummary>();
      for (const [at, later] of found.entries()) {
        const generation = later[1].generation;
        const earlier = found.slice(at + 1).find(([, root]) => root.generation < generation);
        if (earlier === undefined || summaries.has(generation)) continue;
        summaries.set(generation, await summary(earlier, later));
      }
      return summaries;
    },
    async compare(before, after) {
      const [earlier, later] = [await find(before), await find(after)];
      if (earlier === undefined || later === undefined) return undefined;
      const compared = await compareRoots(earlier, later, { cluster, get });
      return { before: place(earlier), after: place(later), ...compared };
    },
  };
}

function place({ generation, time }: Root): Pick<Root, "generation" | "time"> {
  return { generation, time };
}

function entryOf({ generation, time }: ListedRoot, found: Root | string, served: boolean): GenerationEntry {
  if (typeof found === "string") {
    return { generation, time, served, hold: undefined, records: undefined, problem: found };
  }
  const records = Object.fromEntries(SECTION_NAMES.map((name) => [name, found.sections[name].records]));
  return {
    generation,
    time: found.time,
    served,
    hold: found.hold,
    records: records as Record<Section, number>,
    problem: undefined,
  };
}

/** As the agent writes it (sync-agent/publish/apply.ts). */
function timeIn(metadata: unknown): number | undefined {
  const time = (metadata as { readonly time?: unknown } | null | undefined)?.time;
  return typeof time === "number" ? time : undefined;
}

/** The Worker's binding as a KvList. */
export function kvList(kv: Pick<KVNamespace, "list">): KvList {
  return async (prefix, cursor) => {
    const page = await kv.list({ prefix, ...(cursor !== undefined && { cursor }) });
    return { keys: page.keys, cursor: page.list_complete ? undefined : page.cursor };
  };
}
