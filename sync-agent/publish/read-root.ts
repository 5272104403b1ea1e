import {
  ContractError,
  decodeRoot,
  IntegrityError,
  type Root,
  sha256,
  type Verifier,
} from "../../contract/index.ts";
import type { Kv } from "./kv.ts";
import type { ListedRoot } from "./listing.ts";

export interface RootPlace {
  readonly cluster: string;
  readonly kv: Kv;
  readonly verifier: Verifier;
}

/**
 * Reads a root that a listing names, and holds it to its key and to our public key.
 *
 * @returns `undefined` when KV does not have it (any more, or for this reader yet).
 * @throws ContractError for a root that does not verify; PublishError when KV cannot be read.
 */
export async function readRoot(
  { cluster, kv, verifier }: RootPlace,
  { key, generation, digest }: ListedRoot,
  signal?: AbortSignal,
): Promise<Root | undefined> {
  const text = await kv.get(key, signal);
  if (text === undefined) return undefined;
  const what = `KV ${key}`;
  if ((await sha256(text)) !== digest) throw new IntegrityError(what, "is not what its key names");
  const root = await decodeRoot(text, verifier);
  if (root.cluster !== cluster || root.generation !== generation) {
    const found = `generation ${root.generation} of cluster ${root.cluster}`;
    throw new ContractError(what, `is ${found}, not what its key names`);
  }
  return root;
}

/** The digests that a root names, of all sections. */
export function shardsOf({ sections }: Root): string[] {
  return Object.values(sections).flatMap(({ shards }) => shards);
}
