/** What lies in KV for one cluster, as its listing tells. Nothing of it is verified. */
import * as z from "zod";
import { parseRootKey, rootPrefix, shardKey } from "../../contract/index.ts";
import type { Kv, KvKey } from "./kv.ts";

export interface ListedRoot {
  readonly key: string;
  readonly generation: number;
  /** SHA-256 of the signed root's text. */
  readonly digest: string;
  /** When it was made, in milliseconds since 1970; `undefined` when the key does not say. */
  readonly time: number | undefined;
}

export interface ListedShard {
  readonly key: string;
  readonly digest: string;
  /** When it was last written, in milliseconds since 1970; `undefined` when the key does not say. */
  readonly written: number | undefined;
}

const rootMetadataSchema = z.looseObject({ time: z.number() });
const shardMetadataSchema = z.looseObject({ written: z.number() });

const SHARD_NAME = /^[0-9a-f]{64}$/;

/** All roots, the oldest generation first. Keys that name none are left out. @throws PublishError */
export async function listRoots(kv: Kv, cluster: string, signal?: AbortSignal): Promise<ListedRoot[]> {
  const roots: ListedRoot[] = [];
  for await (const { key, metadata } of kv.list(rootPrefix(cluster), signal)) {
    const named = parseRootKey(cluster, key);
    if (named === undefined) continue;
    const time = rootMetadataSchema.safeParse(metadata).data?.time;
    roots.push({ key, ...named, time });
  }
  return roots.toSorted((a, b) => a.generation - b.generation);
}

/**
 * Shards, at most so many: the first ones by digest.
 *
 * @throws PublishError
 */
export async function listShards(
  kv: Kv,
  cluster: string,
  most: number,
  signal?: AbortSignal,
): Promise<ListedShard[]> {
  const prefix = folderOf(shardKey(cluster, ""));
  const shards: ListedShard[] = [];
  for await (const listed of kv.list(prefix, signal)) {
    const shard = shardOf(listed, prefix);
    if (shard !== undefined) shards.push(shard);
    if (shards.length >= most) break;
  }
  return shards;
}

function shardOf({ key, metadata }: KvKey, prefix: string): ListedShard | undefined {
  const digest = key.slice(prefix.length);
  if (!SHARD_NAME.test(digest)) return undefined;
  return { key, digest, written: shardMetadataSchema.safeParse(metadata).data?.written };
}

function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf("/") + 1);
}
