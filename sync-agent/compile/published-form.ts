/** The form in which an Ingress was served last, where nothing of it is left but what was published. */
import { canonicalJson, type HostRecord, type Route, type RouteMatch } from "../../contract/index.ts";
import { resolveBackend } from "./backends.ts";
import type { HostClaim, RouteClaim } from "./host-claims.ts";
import type { ClaimContext } from "./ingress-claims.ts";
import type { ClaimSource } from "./objects.ts";
import { standingForItself } from "./regex-path.ts";

/** Section `hosts` of a snapshot. */
export type PublishedHosts = ReadonlyMap<string, HostRecord>;

/** By host: an Ingress's routes, and those that it is the canary of. Empty for a host that it only makes exist. */
export interface PublishedForm {
  readonly hosts: ReadonlyMap<string, readonly Route[]>;
}

/**
 * What was served of an Ingress. A route that refused everybody is none to go back to.
 *
 * @param present the claims of the Ingress as it is now
 * @returns `undefined` when it was not served
 */
export function findPublished(
  published: PublishedHosts,
  { key }: ClaimSource,
  present: readonly HostClaim[],
): PublishedForm | undefined {
  const hosts = new Map<string, readonly Route[]>();
  for (const [host, { routes }] of published) {
    const own = routes.filter(
      ({ ingress, filters }) =>
        (ingress === key && filters?.closed !== true) || filters?.canary?.ingress === key,
    );
    if (own.length > 0) hosts.set(host, own);
  }
  if (hosts.size === 0) return undefined;
  for (const { host, canary } of present) {
    if (canary === undefined && published.has(host) && !hosts.has(host)) hosts.set(host, []);
  }
  return { hosts };
}

/**
 * The claims that were published. A snapshot does not say all that a claim does (whether a host was an alias's, a path
 * that of the default backend): the present form does, where it still has the host and the path.
 */
export function publishedClaims(
  { hosts }: PublishedForm,
  source: ClaimSource,
  present: readonly HostClaim[],
  context: ClaimContext,
): HostClaim[] {
  const claims: HostClaim[] = [];
  for (const [host, routes] of hosts) {
    if (host === context.systemHost) continue;
    const named = present.filter((claim) => claim.host === host);
    const { kind, aliasOf } = named.find((claim) => claim.kind === "rule") ?? named[0] ?? { kind: "former" };
    const empty: HostClaim = {
      kind,
      host,
      source,
      aliasOf,
      routes: [],
      fallback: undefined,
      under: () => ({ routes: [], fallback: undefined }),
      regex: false,
      canary: undefined,
    };
    const claim = (found: Partial<RouteOfClaim>): HostClaim => {
      const whole = { ...empty, ...found };
      return { ...whole, under: () => ({ routes: whole.routes, fallback: whole.fallback }) };
    };
    if (routes.length === 0) claims.push({ ...empty, regex: named.some(({ regex }) => regex) });
    for (const route of routes) {
      const written = findWritten(named, route.match);
      if (route.ingress === source.key) claims.push(claim(mainClaim(route, written, context)));
      else claims.push(claim(canaryClaim(route, written, source, context)));
    }
  }
  return claims;
}

interface Written {
  readonly claimed: RouteClaim;
  readonly isFallback: boolean;
}

/** What of the present form is the same path. */
function findWritten(named: readonly HostClaim[], match: RouteMatch): Written | undefined {
  const isSame = (claimed: RouteClaim) =>
    match.path.type === "RegularExpression"
      ? claimed.expression().value === match.path.value
      : canonicalJson(claimed.route.match) === canonicalJson(match);
  const route = named.flatMap(({ routes }) => routes).find(isSame);
  if (route !== undefined) return { claimed: route, isFallback: false };
  const fallback = named.map((claim) => claim.fallback).find((it) => it !== undefined && isSame(it));
  return fallback && { claimed: fallback, isFallback: true };
}

type RouteOfClaim = Pick<HostClaim, "routes" | "fallback" | "regex" | "canary">;

/** An expression stays one, and with it the host's other paths. The canary of a route is another Ingress's to claim. */
function mainClaim(route: Route, written: Written | undefined, context: ClaimContext): RouteOfClaim {
  const { canary: _, ...filters } = route.filters ?? {};
  const { filters: __, ...bare } = route;
  const claimed = routeClaim(
    {
      ...bare,
      backends: existing(route.backends, context),
      ...(Object.keys(filters).length > 0 && { filters }),
    },
    written,
  );
  const isFallback = written?.isFallback === true;
  return {
    routes: isFallback ? [] : [claimed],
    fallback: isFallback ? claimed : undefined,
    regex: route.match.path.type === "RegularExpression",
    canary: undefined,
  };
}

/** It follows its main route, which may be a plain path again, or an expression now. */
function canaryClaim(
  main: Route,
  written: Written | undefined,
  source: ClaimSource,
  context: ClaimContext,
): Partial<RouteOfClaim> {
  if (main.filters?.canary === undefined) return {};
  const { ingress, service, port, ...canary } = main.filters.canary;
  const match = written?.claimed.route.match ?? main.match;
  const backends = existing([{ service, port, weight: 1 }], context);
  return { routes: [routeClaim({ ingress, match, backends }, written)], canary };
}

function routeClaim(route: Route, written: Written | undefined): RouteClaim {
  const { type, value } = route.match.path;
  const expression =
    type === "RegularExpression"
      ? () => ({ value })
      : (written?.claimed.expression ?? (() => ({ value: standingForItself(value, type === "Exact") })));
  const { field, path } = written?.claimed ?? { field: "spec", path: value };
  return { field, path, route, expression };
}

/** Services may be gone since: such a route answers 503. */
function existing(backends: Route["backends"], { services, clusterDomain }: ClaimContext): Route["backends"] {
  return backends.flatMap(({ service, port, weight }) => {
    const [namespace = "", name = ""] = service.split("/");
    const place = { object: service, namespace, field: "" };
    const backend = { service: { name, port: { number: port } } };
    const [found] = resolveBackend(backend, place, services, clusterDomain).backends;
    return found === undefined ? [] : [{ ...found, weight }];
  });
}
