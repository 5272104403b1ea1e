import {
  type DnsPlugin,
  type RecordOf,
  type Root,
  type Section,
  type StandardDns,
  standardDns,
} from "../../../../contract/index.ts";
import { SnapshotUnavailableError } from "../../../../worker/snapshot/errors.ts";
import type { MaybePromise, SnapshotView } from "../../../../worker/snapshot/view.ts";

export type SomeRecords = { readonly [S in Section]?: Readonly<Record<string, RecordOf<S>>> };

export interface ViewOptions {
  readonly dns?: Partial<StandardDns>;
  /** What a Corefile says, in place of the standard. */
  readonly plugins?: readonly DnsPlugin[];
  /** `now`: from memory. `later`: as from KV. `never`: KV does not answer. */
  readonly reads?: "now" | "later" | "never";
}

/** The snapshot was made at this second. */
export const SERIAL = 1_762_000_000;

const NO_SHARDS = { records: 0, shards: ["0".repeat(64)] };

export function rootWith(dns: Partial<StandardDns> = {}): Root {
  return {
    version: 2,
    cluster: "default",
    generation: 7,
    time: SERIAL * 1000 + 789,
    sections: {
      addresses: NO_SHARDS,
      certificates: NO_SHARDS,
      hosts: NO_SHARDS,
      services: NO_SHARDS,
      zones: NO_SHARDS,
    },
    settings: { dns: standardDns({ domain: "cluster.local", ttl: 5, pods: "insecure", ...dns }) },
  };
}

/** A snapshot in memory. */
export function viewOf(
  records: SomeRecords,
  { dns, plugins, reads = "now" }: ViewOptions = {},
): SnapshotView {
  const root = rootWith(dns);
  const servers = plugins && [{ zones: ["."], plugins: [...plugins] }];
  return {
    root: servers === undefined ? root : { ...root, settings: { dns: { ...root.settings.dns, servers } } },
    get<S extends Section>(section: S, key: string): MaybePromise<RecordOf<S> | undefined> {
      const kept = records[section];
      const record = kept !== undefined && Object.hasOwn(kept, key) ? kept[key] : undefined;
      switch (reads) {
        case "now":
          return record;
        case "later":
          return Promise.resolve(record);
        case "never":
          return Promise.reject(new SnapshotUnavailableError(`section ${section} cannot be read`));
      }
    },
  };
}
