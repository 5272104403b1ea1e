/** Reads back what a root says of hosts. */
import { ContractError, decodeShard, type HostRecord, type Root, shardKey } from "../../contract/index.ts";
import { concurrently } from "../cluster/manifests/concurrently.ts";
import type { Kv } from "./kv.ts";

export interface HostsReading {
  readonly hosts: ReadonlyMap<string, HostRecord>;
  /** Why shards could not be read: KV does not have them, or not what the root names. */
  readonly lost: readonly string[];
}

/**
 * @param root verified
 * @throws PublishError when KV cannot be asked.
 */
export async function readHosts(kv: Kv, root: Root, signal?: AbortSignal): Promise<HostsReading> {
  const { shards } = root.sections.hosts;
  const lost: string[] = [];
  const records = await concurrently([...new Set(shards)], async (digest) => {
    const key = shardKey(root.cluster, digest);
    const text = await kv.get(key, signal);
    try {
      if (text === undefined) throw new ContractError(`KV ${key}`, "does not exist");
      return [...(await decodeShard("hosts", digest, text))];
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      lost.push(error.message);
      return [];
    }
  });
  return { hosts: new Map(records.flat()), lost };
}
