/** The names of everything in the KV namespace. All begin with the cluster, so one namespace holds several. */

/** The one key that is ever overwritten; its value is a Head (head.ts). */
export function headKey(cluster: string): string {
  return `${cluster}/head`;
}

/** A signed root. Generations are padded, so that a listing is in their order. */
export function rootKey(cluster: string, generation: number, digest: string): string {
  return `${cluster}/root/${String(generation).padStart(12, "0")}-${digest}`;
}

export function shardKey(cluster: string, digest: string): string {
  return `${cluster}/shard/${digest}`;
}
