/**
 * What is published at present, read where it lies: KV's head and, where one is configured, the edge's.
 *
 * A root counts when our public key verifies it and it is our cluster's. What does not count is named in a warning and
 * its generation is taken as used, if it can be read and is not absurd (claim.ts): after a change of keys, or of the
 * contract's version, the edge may have accepted it and takes nothing older. It cannot stop us from publishing:
 * the next root is planned as if there were none, with every shard, above that generation.
 */
import {
  ContractError,
  decodeHead,
  decodeRoot,
  type Head,
  headKey,
  type Root,
  rootKey,
  sha256,
  type Verifier,
} from "../../contract/index.ts";
import type { Logger } from "../report/logger.ts";
import { claimedGeneration } from "./claim.ts";
import type { EdgeHead } from "./edge-head.ts";
import { PublishError } from "./error.ts";
import type { Kv } from "./kv.ts";
import type { Floor } from "./plan.ts";

export interface SignedRoot {
  readonly root: Root;
  readonly text: string;
}

export interface Current {
  /**
   * The newest verified root. When KV and edge hold two of one generation neither is the newer: `undefined`, unless one
   * of them has a hold, which prevails.
   */
  readonly latest: SignedRoot | undefined;
  /** The verified root that KV's head names. */
  readonly stored: Root | undefined;
  /** KV's head as it stands there, valid or not. */
  readonly head: string | undefined;
  /** What the edge holds, valid or not; `undefined` when nothing, not known, or no edge is configured. */
  readonly edge: string | undefined;
  /** The highest generation and time of all of these. */
  readonly floor: Floor;
}

export interface Places {
  readonly cluster: string;
  readonly kv: Kv;
  readonly edge: EdgeHead | undefined;
  readonly verifier: Verifier;
  readonly log: Logger;
}

/** One place's answer. */
interface Reading {
  readonly signed: SignedRoot | undefined;
  /** Of the signed root, or claimed by what does not count. */
  readonly generation: number;
}

const NOTHING: Reading = { signed: undefined, generation: 0 };

/** @throws PublishError when KV cannot be read. An edge that cannot be asked is warned of, and told the root anew. */
export async function readCurrent(places: Places, signal?: AbortSignal): Promise<Current> {
  const [edge, head] = await Promise.all([
    readEdge(places, signal),
    places.kv.get(headKey(places.cluster), signal),
  ]);
  const inKv = head === undefined ? NOTHING : await readNamed(places, head, signal);
  const atEdge = edge === undefined ? NOTHING : await read(places, "the edge's head", edge);
  return {
    latest: newest(inKv.signed, atEdge.signed),
    stored: inKv.signed?.root,
    head,
    edge,
    floor: {
      generation: Math.max(inKv.generation, atEdge.generation),
      time: Math.max(inKv.signed?.root.time ?? 0, atEdge.signed?.root.time ?? 0),
    },
  };
}

function newest(a: SignedRoot | undefined, b: SignedRoot | undefined): SignedRoot | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  if (a.root.generation !== b.root.generation) return a.root.generation > b.root.generation ? a : b;
  if (a.text === b.text) return a;
  return [b, a].find(({ root }) => root.hold !== undefined);
}

async function readEdge({ edge, log }: Places, signal: AbortSignal | undefined): Promise<string | undefined> {
  try {
    return await edge?.get(signal);
  } catch (error) {
    if (!(error instanceof PublishError)) throw error;
    log.warn({ reason: error.reason, remedy: error.remedy }, error.message);
    return undefined;
  }
}

/** Follows KV's head to the root that it names. */
async function readNamed(places: Places, text: string, signal: AbortSignal | undefined): Promise<Reading> {
  const where = `KV ${headKey(places.cluster)}`;
  let head: Head;
  try {
    head = decodeHead(text);
  } catch (error) {
    return setAside(places, where, text, error);
  }
  const key = rootKey(places.cluster, head.generation, head.root);
  const root = await places.kv.get(key, signal);
  if (root === undefined || (await sha256(root)) !== head.root) {
    const problem = root === undefined ? "does not exist" : "is not what the head names";
    return setAside(places, where, text, new ContractError(`KV ${key}`, problem));
  }
  const reading = await read(places, `KV ${key}`, root);
  return { ...reading, generation: Math.max(reading.generation, claimedGeneration(text) ?? 0) };
}

async function read(places: Places, where: string, text: string): Promise<Reading> {
  try {
    const root = await decodeRoot(text, places.verifier);
    if (root.cluster !== places.cluster) {
      throw new ContractError("root", `is of cluster ${root.cluster}, not of ${places.cluster}`);
    }
    return { signed: { root, text }, generation: root.generation };
  } catch (error) {
    return setAside(places, where, text, error);
  }
}

function setAside({ log, cluster }: Places, where: string, text: string, error: unknown): Reading {
  if (!(error instanceof ContractError)) throw error;
  const generation = claimedGeneration(text) ?? 0;
  const fields = { cluster, where, claimed: generation };
  log.warn(fields, `${where} does not count: ${error.message}; a whole new snapshot will be published`);
  return { signed: undefined, generation };
}
