/** Carries a plan out in KV, in the order that keeps every moment whole: shards, the root that names them, the head. */
import { encodeHead, headKey, headOf, rootKey, shardKey } from "../../contract/index.ts";
import type { SignedRoot } from "./current.ts";
import type { Kv } from "./kv.ts";
import type { ShardToWrite } from "./plan.ts";

export interface Application {
  readonly cluster: string;
  readonly next: SignedRoot;
  readonly shards: readonly ShardToWrite[];
  /** Asked directly before the head is written. If it says no, the head stays; what was written by then harms nobody. */
  readonly mayMoveHead: () => Promise<boolean>;
}

export interface Applied {
  /** How many pairs were written. */
  readonly written: number;
  /** The head as it now stands in KV. */
  readonly head: string;
}

/**
 * `overtaken` when `mayMoveHead` said no.
 *
 * @throws PublishError at the first step that fails; those after it were not begun.
 */
export async function apply(
  kv: Kv,
  { cluster, next, shards, mayMoveHead }: Application,
  signal?: AbortSignal,
): Promise<Applied | "overtaken"> {
  const { generation, time } = next.root;
  const head = await headOf(next.root, next.text);
  const headText = encodeHead(head);
  const shardPairs = shards.map(({ digest, text }) => ({ key: shardKey(cluster, digest), value: text }));
  const root = {
    key: rootKey(cluster, generation, head.root),
    value: next.text,
    metadata: { generation, time },
  };
  if (shardPairs.length > 0) await kv.put(shardPairs, signal);
  await kv.put([root], signal);
  if (!(await mayMoveHead())) return "overtaken";
  await kv.put([{ key: headKey(cluster), value: headText }], signal);
  return { written: shardPairs.length + 2, head: headText };
}
