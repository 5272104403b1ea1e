/**
 * Keeps the signed root that was written last: when the head that names it is written, the edge reads it several times,
 * and KV would take longer over that than over all else.
 */
import { rootPrefix } from "../../contract/index.ts";
import type { KvPair, KvStore } from "./client.ts";

export interface RecentRoot {
  /** The same store, which remembers. All writing must go through it. */
  readonly store: KvStore;
  /** A value as text; `undefined` where there is none. */
  readonly read: (key: string) => Promise<string | undefined>;
}

export function rememberRoot(store: KvStore, cluster: string): RecentRoot {
  const prefix = rootPrefix(cluster);
  let known: { readonly key: string; readonly text: string } | undefined;

  function forget(keys: readonly string[]): void {
    if (known !== undefined && keys.includes(known.key)) known = undefined;
  }

  return {
    store: {
      ...store,
      async put(pairs) {
        const keys = pairs.map(({ key }) => key);
        forget(keys);
        const failures = await store.put(pairs);
        const root = pairs.findLast((pair) => pair.key.startsWith(prefix) && isPlain(pair));
        const isAlone = keys.filter((key) => key === root?.key).length === 1;
        const failed = failures.some(({ key }) => key === root?.key);
        if (root !== undefined && isAlone && !failed) known = { key: root.key, text: root.value };
        return failures;
      },
      async delete(keys) {
        forget(keys);
        return store.delete(keys);
      },
    },
    async read(key) {
      if (known?.key === key) return known.text;
      const [entry] = await store.read([key]);
      return entry?.value.toString("utf8");
    },
  };
}

/** Text that stays until somebody deletes it. */
const isPlain = ({ base64, expiration, expirationTtl }: KvPair): boolean =>
  base64 !== true && expiration === undefined && expirationTtl === undefined;
