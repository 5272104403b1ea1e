/** The names of everything in the KV namespace. All begin with the cluster, so one namespace holds several. */

/** The one key of a snapshot that is ever overwritten; its value is a Head (head.ts). */
export function headKey(cluster: string): string {
  return `${cluster}/head`;
}

/** What the keys of all roots begin with. */
export function rootPrefix(cluster: string): string {
  return `${cluster}/root/`;
}

/** A signed root. Generations are padded, so that a listing is in their order. */
export function rootKey(cluster: string, generation: number, digest: string): string {
  return `${rootPrefix(cluster)}${String(generation).padStart(12, "0")}-${digest}`;
}

/** Generation and digest of a root, as its key has them; `undefined` for a key that is no root's. */
export function parseRootKey(
  cluster: string,
  key: string,
): { readonly generation: number; readonly digest: string } | undefined {
  const prefix = rootPrefix(cluster);
  if (!key.startsWith(prefix)) return undefined;
  const [, generation, digest] = /^(\d{1,15})-([0-9a-f]{64})$/.exec(key.slice(prefix.length)) ?? [];
  return generation === undefined || digest === undefined
    ? undefined
    : { generation: Number(generation), digest };
}

/** How the agent fares (report.ts); overwritten, and no part of a snapshot. */
export function reportKey(cluster: string): string {
  return `${cluster}/report`;
}

export function shardKey(cluster: string, digest: string): string {
  return `${cluster}/shard/${digest}`;
}
