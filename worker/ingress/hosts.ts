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
  const keys = [...serverNameKeys(hostname), DEFAULT_HOST];
  const host = firstRecord(view, keys);
  if (host instanceof Promise) return host.then((record) => match(record, path));
  return match(host, path);
}

function firstRecord(view: SnapshotView, keys: readonly string[]): MaybePromise<HostRecord | undefined> {
  for (const [index, key] of keys.entries()) {
    const record = view.get("hosts", key);
    if (record instanceof Promise) {
      return record.then((found) => found ?? firstRecord(view, keys.slice(index + 1)));
    }
    if (record !== undefined) return record;
  }
  return undefined;
}

function match(host: HostRecord | undefined, path: string): Match | undefined {
  if (host === undefined) return undefined;
  let table = tables.get(host);
  if (table === undefined) {
    table = new RouteTable(host);
    tables.set(host, table);
  }
  return table.match(path);
}
