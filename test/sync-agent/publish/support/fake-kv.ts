import type { Kv, KvPair } from "../../../../sync-agent/publish/kv.ts";
import { PublishError } from "../../../../sync-agent/publish/error.ts";

/** How an operation fails: of a put, so many pairs are written before it rejects. */
export type Fault = { readonly written: number } | undefined;

export interface FakeKv extends Kv {
  readonly store: Map<string, string>;
  readonly metadata: Map<string, KvPair["metadata"]>;
  /** Every pair that was written, one by one. */
  readonly writes: KvPair[];
  readonly reads: string[];
  /** Asked before each operation. */
  fault: (operation: string, pairs: readonly KvPair[]) => Fault;
}

export function createFakeKv(entries: Iterable<readonly [string, string]> = []): FakeKv {
  const kv: FakeKv = {
    store: new Map(entries),
    metadata: new Map(),
    writes: [],
    reads: [],
    fault: () => undefined,
    async get(key) {
      if (kv.fault(`get ${key}`, []) !== undefined) throw outage("get");
      kv.reads.push(key);
      return kv.store.get(key);
    },
    async put(pairs) {
      const fault = kv.fault(`put ${pairs.map(({ key }) => key).join(" ")}`, pairs);
      for (const pair of pairs.slice(0, fault?.written)) {
        kv.store.set(pair.key, pair.value);
        kv.metadata.set(pair.key, pair.metadata);
        kv.writes.push(pair);
      }
      if (fault !== undefined) throw outage("put");
    },
  };
  return kv;
}

function outage(operation: string): PublishError {
  return new PublishError({ operation, reason: "unavailable", problem: "outage", remedy: "wait" });
}
