import { decodeHead, headKey, rootKey } from "../../contract/index.ts";
import type { HeadObject } from "./head-object.ts";

/** Where the text of the current signed root is read. `undefined` where none was ever published. */
export type HeadSource = () => Promise<string | undefined>;

/** KV as the edge uses it; `cacheTtl` in seconds. */
export type KvGet = (key: string, cacheTtl: number) => Promise<string | null>;

/** The least that Workers KV allows: the head is the one value that changes. */
const HEAD_CACHE_TTL = 30;
/** Immutable values may be cached for as long as KV likes. */
export const IMMUTABLE_CACHE_TTL = 365 * 24 * 3600;

export function kvHeadSource(cluster: string, get: KvGet): HeadSource {
  return async () => {
    const text = await get(headKey(cluster), HEAD_CACHE_TTL);
    if (text === null) return undefined;
    const head = decodeHead(text);
    return (await get(rootKey(cluster, head.generation, head.root), IMMUTABLE_CACHE_TTL)) ?? undefined;
  };
}

export function objectHeadSource(cluster: string, namespace: DurableObjectNamespace<HeadObject>): HeadSource {
  return async () => namespace.getByName(cluster).read();
}

/** The first source, and the second while the first has nothing or fails. Rejects when both fail. */
export function eitherHeadSource(first: HeadSource, second: HeadSource): HeadSource {
  return async () => {
    try {
      const root = await first();
      if (root !== undefined) return root;
    } catch (error) {
      const root = await second();
      if (root === undefined) throw error;
      return root;
    }
    return second();
  };
}
