/**
 * What front ends (Ingress; others may join it) claim of hosts, and the one step that settles who gets what. Nothing
 * here knows of Kubernetes but names and ages.
 */
import { canonicalJson, type HostRecord, type Route, type RouteMatch } from "../../contract/index.ts";
import type { Warning } from "../warning.ts";
import { describeHost } from "./hostname.ts";
import { type ClaimSource, compareSources } from "./objects.ts";
import { compareRoutes } from "./route-order.ts";
import type { Processed } from "./warnings.ts";

export interface RouteClaim {
  /** Where the source's object asks for it. */
  readonly field: string;
  readonly route: Route;
}

/** A claim of a host. It alone makes the host exist, so that its requests do not go to DEFAULT_HOST. */
export interface HostClaim {
  /** Key of section `hosts`. */
  readonly host: string;
  readonly source: ClaimSource;
  readonly routes: readonly RouteClaim[];
  /** Serves what no route of the host matches, whoever claims the routes. Its match is CATCH_ALL. */
  readonly fallback: RouteClaim | undefined;
}

/** Matches every request of a host. */
export const CATCH_ALL: RouteMatch = { path: { type: "PathPrefix", value: "/" } };

interface Winner {
  readonly source: ClaimSource;
  readonly route: Route;
  readonly isFallback: boolean;
}

/** The older source wins a match of a host; within a source, the first. Losers get a PathConflict. */
export function mergeHostClaims(claims: readonly HostClaim[]): Processed<"hosts"> {
  const ordered = claims.toSorted((a, b) => compareSources(a.source, b.source));
  const hosts = new Map<string, Map<string, Winner>>(ordered.map(({ host }) => [host, new Map()]));
  const warnings: Warning[] = [];
  for (const { host, source, routes } of ordered) {
    for (const { field, route } of routes) {
      const match = canonicalJson(route.match);
      const winner = hosts.get(host)?.get(match);
      if (winner === undefined) hosts.get(host)?.set(match, { source, route, isFallback: false });
      else warnings.push(pathConflict(host, source, field, winner));
    }
  }
  // Only now is it known what the routes of all sources leave over.
  const catchAll = canonicalJson(CATCH_ALL);
  for (const { host, source, fallback } of ordered) {
    if (fallback === undefined) continue;
    const winner = hosts.get(host)?.get(catchAll);
    if (winner === undefined) {
      hosts.get(host)?.set(catchAll, { source, route: fallback.route, isFallback: true });
    } else if (winner.isFallback && winner.source.object !== source.object) {
      warnings.push(fallbackConflict(host, source, fallback.field, winner));
    }
  }
  const records = new Map([...hosts].map(([host, winners]) => [host, hostRecord(winners)]));
  return { records, warnings };
}

function hostRecord(winners: ReadonlyMap<string, Winner>): HostRecord {
  return { routes: [...winners.values()].map(({ route }) => route).toSorted(compareRoutes) };
}

function pathConflict(host: string, source: ClaimSource, field: string, winner: Winner): Warning {
  const { type, value } = winner.route.match.path;
  const isOwn = winner.source.object === source.object;
  return {
    object: source.object,
    field,
    reason: "PathConflict",
    message: isOwn
      ? `${type} ${value} of ${describeHost(host)} stands in this object before; the first one is served.`
      : `${type} ${value} of ${describeHost(host)} belongs to ${winner.source.object}, which came first; that one is served.`,
    remedy: isOwn
      ? "Remove one of the two; a slash at the end of a Prefix makes no difference."
      : `Remove the path here or in ${winner.source.object}.`,
  };
}

function fallbackConflict(host: string, source: ClaimSource, field: string, winner: Winner): Warning {
  return {
    object: source.object,
    field,
    reason: "PathConflict",
    message: `Requests for ${describeHost(host)} that no path matches go to the default backend of ${winner.source.object}, which came first.`,
    remedy: `Remove the default backend here or in ${winner.source.object}, or name the paths that each should serve.`,
  };
}
