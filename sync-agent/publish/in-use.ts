import {
  ContractError,
  decodeHead,
  decodeRoot,
  headOf,
  type Root,
  rootKey,
  type Verifier,
} from "../../contract/index.ts";
import type { InUse } from "./collect.ts";
import type { Known } from "./writer.ts";

/** The roots that KV's head names, that is the newest, and that the edge had when it was last asked or told. */
export async function inUse({ latest, edge, head }: Known, stored: Root, verifier: Verifier): Promise<InUse> {
  const roots = new Map<string, Root>();
  const add = async (root: Root, text: string) => {
    const { root: digest } = await headOf(root, text);
    roots.set(rootKey(root.cluster, root.generation, digest), root);
  };
  if (head.text !== undefined) {
    roots.set(rootKey(stored.cluster, stored.generation, decodeHead(head.text).root), stored);
  }
  if (latest !== undefined) await add(latest.root, latest.text);
  if (edge !== undefined && edge !== latest?.text) {
    const root = await verified(edge, verifier);
    if (root?.cluster === stored.cluster) await add(root, edge);
  }
  return { roots, current: stored, head };
}

/** What the edge holds may be of other keys. Then it names nothing that is ours to keep. */
async function verified(text: string, verifier: Verifier): Promise<Root | undefined> {
  try {
    return await decodeRoot(text, verifier);
  } catch (error) {
    if (error instanceof ContractError) return undefined;
    throw error;
  }
}
