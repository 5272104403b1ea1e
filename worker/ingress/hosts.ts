import { DEFAULT_HOST, type HostRecord, serverNameKeys } from "../../contract/index.ts";
import type { MaybePromise, SnapshotView } from "../snapshot/view.ts";
import { type Match, RouteTable } from "./route-table.ts";

/**
 * Tables are built when a host is first asked for, and hang on its record, to go with it: a weak map of tens of thousands
 * costs several looks into cold memory a request.
 */
const TABLE = Symbol("table");
type Tabled = HostRecord & { [TABLE]?: RouteTable };

/**
 * The route for a host and path: the exact host's, else the one-label wildcard's, else the host-less rules'. A host
 * with rules of its own never falls through to another's (ingress-nginx: one `server` answers).
 */
export function findRoute(
  view: SnapshotView,
  hostname: string,
  path: string,
): MaybePromise<Match | undefined> {
  const exact = view.get("hosts", hostname);
  if (exact !== undefined && !(exact instanceof Promise)) return match(exact, hostname, path);
  return fallback(view, hostname, path, exact);
}

function fallback(
  view: SnapshotView,
  hostname: string,
  path: string,
  exact: Promise<HostRecord | undefined> | undefined,
): MaybePromise<Match | undefined> {
  if (exact !== undefined) {
    return exact.then((record) =>
      record === undefined ? fallback(view, hostname, path, undefined) : match(record, hostname, path),
    );
  }
  const [, wildcard] = serverNameKeys(hostname);
  const found = wildcard === undefined ? undefined : view.get("hosts", wildcard);
  if (wildcard === undefined || found === undefined) return byDefault(view, path);
  if (!(found instanceof Promise)) return match(found, wildcard, path);
  return found.then((record) =>
    record === undefined ? byDefault(view, path) : match(record, wildcard, path),
  );
}

function byDefault(view: SnapshotView, path: string): MaybePromise<Match | undefined> {
  const found = view.get("hosts", DEFAULT_HOST);
  if (found === undefined) return undefined;
  if (!(found instanceof Promise)) return match(found, DEFAULT_HOST, path);
  return found.then((record) => (record === undefined ? undefined : match(record, DEFAULT_HOST, path)));
}

function match(host: Tabled, key: string, path: string): Match | undefined {
  host[TABLE] ??= new RouteTable(host, key);
  return host[TABLE].match(path);
}
