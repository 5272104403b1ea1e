/** The roots that KV keeps, as a person wants to see them. */
import {
  ContractError,
  decodeHead,
  headKey,
  type Hold,
  type Root,
  type Section,
  SECTION_NAMES,
  sha256,
} from "../../contract/index.ts";
import { type ListedRoot, listRoots } from "./listing.ts";
import { readRoot, type RootPlace } from "./read-root.ts";

export interface HistoryEntry {
  readonly generation: number;
  /** When it was made, in milliseconds since 1970; `undefined` for one that cannot be read and does not say. */
  readonly time: number | undefined;
  /** Whether KV's head names it. */
  readonly current: boolean;
  /** Whether the edge that was asked serves it; `undefined` when none was asked. */
  readonly atEdge: boolean | undefined;
  /** Set on a root that repeats an older one. It stands only while that root is current. */
  readonly hold: Hold | undefined;
  /** How many each section has; `undefined` for a root that cannot be read. */
  readonly records: Readonly<Record<Section, number>> | undefined;
  /** Why it cannot be read, or counts for nothing. */
  readonly problem: string | undefined;
}

/**
 * The newest roots, newest first. Not every one was a head: one that an agent wrote before it was killed is there too.
 *
 * @param edge the root that an edge gave as its own, if one was asked.
 * @throws PublishError
 */
export async function readHistory(
  place: RootPlace,
  most: number,
  edge?: string,
  signal?: AbortSignal,
): Promise<HistoryEntry[]> {
  return (await readRoots(place, most, edge, signal)).map(({ entry }) => entry);
}

export interface KeptRoot {
  readonly entry: HistoryEntry;
  /** `undefined` for one that cannot be read. */
  readonly root: Root | undefined;
}

/** As readHistory(), with the roots themselves. */
export async function readRoots(
  place: RootPlace,
  most: number,
  edge?: string,
  signal?: AbortSignal,
): Promise<KeptRoot[]> {
  const current = await currentDigest(place, signal);
  const served = edge === undefined ? undefined : await sha256(edge);
  const newest = (await listRoots(place.kv, place.cluster, signal)).toReversed().slice(0, most);
  const kept: KeptRoot[] = [];
  for (const listed of newest) {
    const found = await read(place, listed, signal);
    const { digest } = listed;
    const atEdge = served === undefined ? undefined : digest === served;
    kept.push({
      entry: { ...entryOf(listed, found), current: digest === current, atEdge },
      root: typeof found === "string" ? undefined : found,
    });
  }
  return kept;
}

async function currentDigest({ kv, cluster }: RootPlace, signal?: AbortSignal): Promise<string | undefined> {
  const head = await kv.get(headKey(cluster), signal);
  try {
    return head === undefined ? undefined : decodeHead(head).root;
  } catch (error) {
    // A head that is none names no root.
    if (error instanceof ContractError) return undefined;
    throw error;
  }
}

async function read(place: RootPlace, listed: ListedRoot, signal?: AbortSignal): Promise<Root | string> {
  try {
    return (await readRoot(place, listed, signal)) ?? "KV does not have it any more";
  } catch (error) {
    if (error instanceof ContractError) return error.message;
    throw error;
  }
}

function entryOf(
  { generation, time }: ListedRoot,
  found: Root | string,
): Omit<HistoryEntry, "current" | "atEdge"> {
  if (typeof found === "string") {
    return { generation, time, hold: undefined, records: undefined, problem: found };
  }
  const records = Object.fromEntries(SECTION_NAMES.map((name) => [name, found.sections[name].records]));
  return {
    generation,
    time: found.time,
    hold: found.hold,
    records: records as Record<Section, number>,
    problem: undefined,
  };
}
