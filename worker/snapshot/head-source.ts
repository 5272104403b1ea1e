import { decodeHead, headKey, rootKey } from "../../contract/index.ts";
import { SnapshotUnavailableError } from "./errors.ts";
import type { HeadObject } from "./head-object.ts";

/**
 * Where the text of the current signed root is read. `undefined` where none was ever published; rejects when one was
 * and cannot be had.
 */
export type HeadSource = () => Promise<string | undefined>;

/** KV as the edge uses it; `cacheTtl` in seconds. */
export type KvGet = (key: string, cacheTtl: number) => Promise<string | null>;

export const kvGet =
  (namespace: KVNamespace): KvGet =>
  (key, cacheTtl) =>
    namespace.get(key, { type: "text", cacheTtl });

/** The least that Workers KV allows: for the head, the one value that changes, and for what was missing a moment ago. */
export const SHORTEST_CACHE_TTL = 30;
/** For immutable values. No longer than a day, since KV caches a miss as well as a value. */
export const IMMUTABLE_CACHE_TTL = 24 * 3600;

export function kvHeadSource(cluster: string, get: KvGet): HeadSource {
  return async () => {
    const text = await get(headKey(cluster), SHORTEST_CACHE_TTL);
    if (text === null) return undefined;
    const head = decodeHead(text);
    // It may be newer than the caches: a miss must not be kept for long.
    const root = await get(rootKey(cluster, head.generation, head.root), SHORTEST_CACHE_TTL);
    if (root === null) throw new SnapshotUnavailableError("the root that the head in KV names is not there");
    return root;
  };
}

export function objectHeadSource(cluster: string, namespace: DurableObjectNamespace<HeadObject>): HeadSource {
  return async () => namespace.getByName(cluster).read();
}
