import type { Kv, KvKey, KvPair } from "../../../../sync-agent/publish/kv.ts";
import { PublishError } from "../../../../sync-agent/publish/error.ts";

/** How an operation fails: of a put or a delete, so many keys are written or gone before it rejects. */
export type Fault = { readonly written: number } | undefined;

export interface FakeKv extends Kv {
  readonly store: Map<string, string>;
  readonly metadata: Map<string, KvPair["metadata"]>;
  /** Every pair that was written, one by one. */
  readonly writes: KvPair[];
  readonly reads: string[];
  /** Every key that was deleted. */
  readonly deletes: string[];
  readonly lists: string[];
  /** Asked before each operation. */
  fault: (operation: string, pairs: readonly KvPair[]) => Fault;
}

export function createFakeKv(entries: Iterable<readonly [string, string]> = []): FakeKv {
  const kv: FakeKv = {
    store: new Map(entries),
    metadata: new Map(),
    writes: [],
    reads: [],
    deletes: [],
    lists: [],
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
    async *list(prefix): AsyncGenerator<KvKey> {
      if (kv.fault(`list ${prefix}`, []) !== undefined) throw outage("list");
      kv.lists.push(prefix);
      const keys = [...kv.store.keys()].filter((key) => key.startsWith(prefix));
      for (const key of keys.toSorted()) yield { key, metadata: kv.metadata.get(key) };
    },
    async delete(keys) {
      const fault = kv.fault(`delete ${keys.join(" ")}`, []);
      for (const key of keys.slice(0, fault?.written)) {
        kv.store.delete(key);
        kv.metadata.delete(key);
        kv.deletes.push(key);
      }
      if (fault !== undefined) throw outage("delete");
    },
  };
  return kv;
}

function outage(operation: string): PublishError {
  return new PublishError({ operation, reason: "unavailable", problem: "outage", remedy: "wait" });
}
