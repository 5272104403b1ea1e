/** Reads back what a root says of hosts, and of DNS. */
import {
  ContractError,
  decodeShard,
  type HostRecord,
  type RecordOf,
  type Root,
  type Section,
  shardKey,
  type ZoneRecord,
} from "../../contract/index.ts";
import { concurrently } from "../cluster/manifests/concurrently.ts";
import type { Kv } from "./kv.ts";

interface SectionReading<S extends Section> {
  readonly records: ReadonlyMap<string, RecordOf<S>>;
  /** Why shards could not be read: KV does not have them, or not what the root names. */
  readonly lost: readonly string[];
}

export interface HostsReading {
  readonly hosts: ReadonlyMap<string, HostRecord>;
  readonly lost: readonly string[];
}

/**
 * @param root verified
 * @throws PublishError when KV cannot be asked.
 */
export async function readHosts(kv: Kv, root: Root, signal?: AbortSignal): Promise<HostsReading> {
  const { records, lost } = await readSection(kv, root, "hosts", signal);
  return { hosts: records, lost };
}

export interface ZonesReading {
  /** Those that a Corefile is the source of. */
  readonly zones: ReadonlyMap<string, ZoneRecord>;
  readonly lost: readonly string[];
}

/** As readHosts. */
export async function readZones(kv: Kv, root: Root, signal?: AbortSignal): Promise<ZonesReading> {
  const { records, lost } = await readSection(kv, root, "zones", signal);
  const zones = [...records].filter(([, { kind }]) => kind === "file" || kind === "hosts");
  return { zones: new Map(zones), lost };
}

async function readSection<S extends Section>(
  kv: Kv,
  root: Root,
  section: S,
  signal?: AbortSignal,
): Promise<SectionReading<S>> {
  const { shards } = root.sections[section];
  const lost: string[] = [];
  const records = await concurrently([...new Set(shards)], async (digest) => {
    const key = shardKey(root.cluster, digest);
    const text = await kv.get(key, signal);
    try {
      if (text === undefined) throw new ContractError(`KV ${key}`, "does not exist");
      return [...(await decodeShard(section, digest, text))];
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      lost.push(error.message);
      return [];
    }
  });
  return { records: new Map(records.flat()), lost };
}
