import { DEFAULT_HOST, type HostRecord, serverNameKeys } from "../../contract/index.ts";
import type { MaybePromise, SnapshotView } from "../snapshot/view.ts";
import { type Match, RouteTable } from "./route-table.ts";

/** Tables are built when a host is first asked for, and go when its shard leaves memory. */
const tables = new WeakMap<HostRecord, RouteTable>();

/**
 * The route for a host and path: the exact host's, else the one-label wildcard's, else the host-less rules'. A host
 * with rules of its own never falls through to another's (ingress-nginx: one `server` answers).
 */
export function findRoute(
  view: SnapshotView,
  hostname: string,
  path: string,
): MaybePromise<Match | undefined> {
  const table = firstTable(view, [...serverNameKeys(hostname), DEFAULT_HOST]);
  return table instanceof Promise ? table.then((found) => found?.match(path)) : table?.match(path);
}

function firstTable(view: SnapshotView, keys: readonly string[]): MaybePromise<RouteTable | undefined> {
  for (const [index, key] of keys.entries()) {
    const record = view.get("hosts", key);
    if (record instanceof Promise) {
      return record.then((found) => (found ? tableOf(found, key) : firstTable(view, keys.slice(index + 1))));
    }
    if (record !== undefined) return tableOf(record, key);
  }
  return undefined;
}

function tableOf(record: HostRecord, key: string): RouteTable {
  let table = tables.get(record);
  if (table === undefined) {
    table = new RouteTable(record, key);
    tables.set(record, table);
  }
  return table;
}
