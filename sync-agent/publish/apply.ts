/** Carries a plan out in KV, in the order that keeps every moment whole: shards, the root that names them, the head. */
import { encodeHead, type Head, headKey, headOf, rootKey, shardKey, utf8 } from "../../contract/index.ts";
import type { SignedRoot } from "./current.ts";
import type { Kv, KvPair } from "./kv.ts";
import type { ShardToWrite } from "./plan.ts";
import { requireGoing } from "./stopped.ts";

export interface Application {
  readonly cluster: string;
  readonly next: SignedRoot;
  readonly shards: readonly ShardToWrite[];
  /** Milliseconds since 1970; the shards' keys tell it, so that collection knows their age. */
  readonly time: number;
  /** Asked directly before the head is written. If it says no, the head stays; what was written by then harms nobody. */
  readonly mayMoveHead: () => Promise<boolean>;
}

export interface Applied {
  /** How many pairs were written. */
  readonly written: number;
  /** What their values have together. */
  readonly bytes: number;
  readonly rootKey: string;
  readonly head: Head;
  /** The head as it now stands in KV. */
  readonly headText: string;
}

/**
 * `overtaken` when `mayMoveHead` said no.
 *
 * @throws PublishError at the first step that fails, or that the signal forbids; those after it were not begun.
 */
export async function apply(
  kv: Kv,
  { cluster, next, shards, time, mayMoveHead }: Application,
  signal?: AbortSignal,
): Promise<Applied | "overtaken"> {
  const { generation } = next.root;
  const head = await headOf(next.root, next.text);
  const headText = encodeHead(head);
  const key = rootKey(cluster, generation, head.root);
  const shardPairs = shards.map(({ digest, text }) => ({
    key: shardKey(cluster, digest),
    value: text,
    metadata: { written: time },
  }));
  const root = { key, value: next.text, metadata: { generation, time: next.root.time } };
  // In one request: nobody reads a root before a head names it. Where it takes several, the root is in the last.
  const content = [...shardPairs, root];
  const pairs = [...content, { key: headKey(cluster), value: headText }];

  async function put(what: string, some: readonly KvPair[]): Promise<void> {
    requireGoing(signal, `write the ${what} of generation ${generation} of cluster ${cluster}`);
    await kv.put(some, signal);
  }
  await put("content", content);
  if (!(await mayMoveHead())) return "overtaken";
  await put("head", pairs.slice(-1));
  const bytes = pairs.reduce((sum, { value }) => sum + utf8(value).length, 0);
  return { written: pairs.length, bytes, rootKey: key, head, headText };
}
