/**
 * What front ends (Ingress; others may join it) claim of hosts, and the one step that settles who gets what. Nothing
 * here knows of Kubernetes but names and ages.
 */
import {
  type Canary,
  canonicalJson,
  type HostRecord,
  type Route,
  type RouteMatch,
} from "../../contract/index.ts";
import type { Warning } from "../warning.ts";
import { aliasesInEffect, sharedWithAliases } from "./host-aliases.ts";
import { describeHost } from "./hostname.ts";
import { type ClaimSource, compareSources } from "./objects.ts";
import { compareRoutes } from "./route-order.ts";
import type { ExpressionProblem, ExpressionReading } from "./regex-path.ts";
import type { Processed } from "./warnings.ts";

export interface RouteClaim {
  /** Where the source's object asks for it. */
  readonly field: string;
  readonly route: Route;
  /** The path as it is written. */
  readonly path: string;
  /** The path as a regular expression, which it is where the host has any. */
  readonly expression: () => ExpressionReading;
}

/** A claim of a host. It alone makes the host exist, so that its requests do not go to DEFAULT_HOST. */
export interface HostClaim {
  /**
   * `alias` and `www` count only where no rule but a canary's names the host. `former` is of an object that does not name the host any
   * more: a rule, unless the host is an alias now.
   */
  readonly kind: "rule" | "former" | "alias" | "www";
  /** Key of section `hosts`. */
  readonly host: string;
  readonly source: ClaimSource;
  readonly routes: readonly RouteClaim[];
  /** Serves what no route of the host matches, whoever claims the routes. Its match is CATCH_ALL. */
  readonly fallback: RouteClaim | undefined;
  /** Makes every path of the host a regular expression, whoever claims it (ingress-nginx `use-regex`). */
  readonly regex: boolean;
  /** Of an alias: the host that it is one of. All that anybody claims of that host holds for the alias, too. */
  readonly aliasOf?: string | undefined;
  /** What is claimed where the host goes by another name. */
  readonly under: (alias: string) => Pick<HostClaim, "routes" | "fallback">;
  /** Set for a canary: its routes stand in for a part of the requests of the main routes of the same path. */
  readonly canary: CanarySettings | undefined;
}

export type CanarySettings = Omit<Canary, "ingress" | "service" | "port">;

/** Matches every request of a host. */
export const CATCH_ALL_PATH = "/";
export const CATCH_ALL: RouteMatch = { path: { type: "PathPrefix", value: "/" } };

interface Winner {
  readonly source: ClaimSource;
  readonly route: Route;
  readonly isFallback: boolean;
}

/** The older source wins a match of a host; within a source, the first. Losers get a PathConflict. */
export function mergeHostClaims(claims: readonly HostClaim[]): Processed<"hosts"> {
  const warnings: Warning[] = [];
  const ordered = inEffect(claims, warnings);
  const mains = ordered.filter(({ canary }) => canary === undefined);
  const hosts = new Map<string, Map<string, Winner>>(mains.map(({ host }) => [host, new Map()]));
  for (const { kind, host, source, routes } of mains) {
    for (const { field, route } of routes) {
      const match = canonicalJson(route.match);
      const winner = hosts.get(host)?.get(match);
      if (winner === undefined) hosts.get(host)?.set(match, { source, route, isFallback: false });
      else if (kind === "rule") warnings.push(pathConflict(host, source, field, winner));
    }
  }
  // Only now is it known what the routes of all sources leave over.
  for (const { host, source, fallback } of mains) {
    if (fallback === undefined) continue;
    const catchAll = canonicalJson(fallback.route.match);
    const winner = hosts.get(host)?.get(catchAll);
    if (winner === undefined) {
      hosts.get(host)?.set(catchAll, { source, route: fallback.route, isFallback: true });
    } else if (winner.isFallback && winner.source.object !== source.object) {
      warnings.push(fallbackConflict(host, source, fallback.field, winner));
    }
  }
  warnings.push(...joinCanaries(ordered, hosts));
  const records = new Map([...hosts].map(([host, winners]) => [host, hostRecord(winners)]));
  return { records, warnings };
}

/** Oldest first, without claims that others take precedence of, and with the paths that the host's mode asks for. */
function inEffect(claims: readonly HostClaim[], warnings: Warning[]): HostClaim[] {
  const ordered = claims.toSorted((a, b) => compareSources(a.source, b.source));
  const aliased = new Set(ordered.filter(({ kind }) => kind === "alias").map(({ host }) => host));
  const isRule = ({ kind, host }: HostClaim) => kind === "rule" || (kind === "former" && !aliased.has(host));
  // A canary serves nothing by itself: it must not take a host from an alias, and leave it to whoever serves the rest.
  const mains = ordered.filter((claim) => isRule(claim) && claim.canary === undefined);
  const ruled = new Set(mains.map(({ host }) => host));
  const weak = ordered.filter((claim) => !isRule(claim) && !ruled.has(claim.host));
  const aliases = aliasesInEffect(weak);
  warnings.push(...aliases.warnings);
  const counting = [...ordered.filter(isRule), ...aliases.claims];
  const all = [...counting, ...sharedWithAliases(counting)].toSorted((a, b) =>
    compareSources(a.source, b.source),
  );
  const regexHosts = new Set(all.filter(({ regex }) => regex).map(({ host }) => host));
  return all.map((claim) => (regexHosts.has(claim.host) ? withExpressions(claim, warnings) : claim));
}

/** Gives main routes their canaries; one a route, the oldest. */
function joinCanaries(
  claims: readonly HostClaim[],
  hosts: ReadonlyMap<string, Map<string, Winner>>,
): Warning[] {
  const warnings: Warning[] = [];
  for (const { host, source, routes, canary } of claims) {
    if (canary === undefined) continue;
    for (const { field, route } of routes) {
      const match = canonicalJson(route.match);
      const main = hosts.get(host)?.get(match);
      const [backend] = route.backends;
      if (main === undefined) {
        warnings.push(canaryWithoutMain(host, source, field, route));
      } else if (main.route.filters?.canary !== undefined) {
        warnings.push(secondCanary(host, source, field, main.route.filters.canary.ingress));
      } else if (backend !== undefined) {
        const { service, port } = backend;
        const joined = { ...canary, ingress: source.key, service, port };
        const filtered = { ...main.route, filters: { ...main.route.filters, canary: joined } };
        hosts.get(host)?.set(match, { ...main, route: filtered });
      }
    }
  }
  return warnings;
}

function withExpressions(claim: HostClaim, warnings: Warning[]): HostClaim {
  const { kind, host, source, routes, fallback } = claim;
  const convert = (claimed: RouteClaim): RouteClaim => {
    const { value, problem } = claimed.expression();
    if (problem !== undefined && kind === "rule") warnings.push(noExpression(host, source, claimed, problem));
    return { ...claimed, route: { ...claimed.route, match: { path: { type: "RegularExpression", value } } } };
  };
  return { ...claim, routes: routes.map(convert), fallback: fallback && convert(fallback) };
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

function noExpression(
  host: string,
  source: ClaimSource,
  { field, path }: RouteClaim,
  { message, remedy }: ExpressionProblem,
): Warning {
  return {
    object: source.object,
    field: `${field}.path`,
    reason: "ObjectInvalid",
    message: `"${path}" ${message}; every path of ${describeHost(host)} is one, because of use-regex or rewrite-target of another Ingress. It is matched as it stands.`,
    remedy: `${remedy} Or give one of the two Ingresses another host.`,
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

function canaryWithoutMain(host: string, source: ClaimSource, field: string, route: Route): Warning {
  return {
    object: source.object,
    field,
    reason: "CanaryWithoutMain",
    message: `No other Ingress serves ${route.match.path.value} of ${describeHost(host)}, so there is nothing to be a canary of; the path is not served.`,
    remedy: "Write the path as the main Ingress does, or take the canary annotation out.",
  };
}

function secondCanary(host: string, source: ClaimSource, field: string, first: string): Warning {
  return {
    object: source.object,
    field,
    reason: "PathConflict",
    message: `The path of ${describeHost(host)} has a canary already, Ingress ${first}, which came first; this one gets no requests.`,
    remedy: "Remove one of the two canaries.",
  };
}
