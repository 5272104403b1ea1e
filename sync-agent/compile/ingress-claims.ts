/** The Ingress front end: what one Ingress claims of hosts (Kubernetes Ingress API). */
import {
  type Access,
  DEFAULT_HOST,
  type Filters,
  type Route,
  type RouteMatch,
} from "../../contract/index.ts";
import type { Ingress, IngressBackend, IngressRule } from "../cluster/state.ts";
import type { Warning } from "../warning.ts";
import type { AnnotationContext, GroupReading } from "./annotations/group.ts";
import { type AnnotationReading, readAnnotations } from "./annotations/read-annotations.ts";
import { resolveBackend } from "./backends.ts";
import { CATCH_ALL, CATCH_ALL_PATH, type HostClaim, type RouteClaim } from "./host-claims.ts";
import { hostKey } from "./hostname.ts";
import { readPath } from "./ingress-path.ts";
import { plainPrefix, readExpression, rewrites, unrunnablePaths } from "./regex-path.ts";
import { type ClaimSource, claimSource } from "./objects.ts";

export interface IngressClaims {
  readonly claims: readonly HostClaim[];
  readonly warnings: readonly Warning[];
  /** That its last good form should be served instead; without one, these claims, which refuse every request. */
  readonly keepsLastGood: boolean;
  /** What it asks of whoever comes in. */
  readonly access: Access | undefined;
}

export interface ClaimContext extends Omit<AnnotationContext, "ingress"> {
  /** In lower case; rules for it are ignored, with a warning. */
  readonly systemHost: string | undefined;
  /** Whether a host is served with a certificate of its own. */
  readonly hasCertificate: (host: string) => boolean;
  /** Whether a host has one, or `spec.tls` asks for one: then the default one is shown (ingress-nginx). */
  readonly isSecured: (host: string) => boolean;
}

/**
 * The default backend of an Ingress serves what its own hosts leave over; that of an Ingress without rules, what no
 * host claims. Aliases and the www counterpart of a host are claimed as well, behind whoever has rules for them.
 */
export function ingressClaims(ingress: Ingress, context: ClaimContext): IngressClaims {
  const { services, clusterDomain, systemHost } = context;
  const source = claimSource("Ingress", ingress.metadata);
  const reading = readAnnotations({ ...context, ingress });
  const unrunnable = unrunnablePaths(ingress, reading, source);
  const annotations = unrunnable.size === 0 ? reading : keeping(reading);
  const warnings: Warning[] = [...reading.warnings, ...unrunnable.values()];
  const rest = {
    warnings,
    keepsLastGood: annotations.outcome === "keep",
    access: annotations.filters.access,
  };
  const backendsOf = (field: string, backend: IngressBackend) => {
    const place = { object: source.object, namespace: ingress.metadata.namespace, field };
    const resolved = resolveBackend(backend, place, services, clusterDomain);
    warnings.push(...resolved.warnings);
    return resolved.backends;
  };
  const routeOf = (match: RouteMatch, backend: IngressBackend, field: string): Route =>
    withFilters(
      { ingress: source.key, match, backends: backendsOf(field, backend) },
      pathFilters(annotations, backend),
    );
  const fallback = ingress.defaultBackend && {
    ...catchAll("spec.defaultBackend"),
    route: routeOf(CATCH_ALL, ingress.defaultBackend, "spec.defaultBackend"),
  };
  const claim = (host: string, routes: readonly RouteClaim[]): HostClaim => {
    const all = fallback === undefined ? routes : [...routes, fallback];
    const under = (name: string) => {
      const filters = filtersFor(annotations, name, context);
      const filtered = (claimed: RouteClaim) => ({
        ...claimed,
        route: withFilters(claimed.route, pathRewrite(filters, claimed.path)),
      });
      return {
        routes: [...routes, ...appRootClaim(annotations, routes, source)].map(filtered),
        fallback: fallback && filtered(fallback),
      };
    };
    return {
      kind: "rule",
      host,
      source,
      ...under(host),
      under,
      regex: annotations.regex === true || all.some(({ path }) => rewrites(annotations.filters, path)),
      canary: annotations.canary,
    };
  };
  if (ingress.rules.length === 0) {
    return { claims: fallback === undefined ? [] : [claim(DEFAULT_HOST, [])], ...rest };
  }
  const claims: HostClaim[] = [];
  for (const [index, rule] of ingress.rules.entries()) {
    const field = `spec.rules[${index}]`;
    const host = readRuleHost(rule, `${field}.host`, source, systemHost);
    if (typeof host !== "string") {
      warnings.push(host);
      continue;
    }
    const routes: RouteClaim[] = [];
    for (const [pathIndex, path] of rule.paths.entries()) {
      const pathField = `${field}.http.paths[${pathIndex}]`;
      const reading = readPath(path);
      if ("problem" in reading) {
        warnings.push(invalidPath(source, `${pathField}.path`, path.path, reading.problem));
        continue;
      }
      // What cannot be matched is left to others, unless they might open what is to be restricted.
      if (unrunnable.has(path) && annotations.filters.access === undefined) continue;
      routes.push({
        field: pathField,
        path: path.path,
        route: routeOf(reading.match, path.backend, `${pathField}.backend`),
        expression: () => (unrunnable.has(path) ? { value: plainPrefix(path.path) } : readExpression(path)),
      });
    }
    claims.push(claim(host, routes));
    for (const alias of annotations.aliases ?? []) {
      if (alias !== host) claims.push({ ...claim(alias, routes), kind: "alias", aliasOf: host });
    }
    const other = annotations.www && wwwCounterpart(host);
    if (annotations.www && other !== undefined) {
      claims.push(wwwClaim(other, host, annotations.www.status, source));
    }
  }
  return { claims, ...rest };
}

/** As if an annotation were so wrong that the last good form is to be served, and nothing without one. */
function keeping(reading: AnnotationReading): AnnotationReading {
  const isRefused = reading.outcome === "close" || reading.outcome === "deny";
  return {
    ...reading,
    filters: { ...reading.filters, closed: true },
    outcome: isRefused ? reading.outcome : "keep",
  };
}

function catchAll(field: string): Omit<RouteClaim, "route"> {
  return { field, path: CATCH_ALL_PATH, expression: () => ({ value: CATCH_ALL_PATH }) };
}

/**
 * app-root holds for `/` of the host, whether or not the Ingress has a path for it (ingress-nginx puts it before all
 * locations).
 */
function appRootClaim(
  { filters, canary }: AnnotationReading,
  routes: readonly RouteClaim[],
  source: ClaimSource,
): RouteClaim[] {
  const hasRoot = routes.some(({ path }) => path === "/" || path === "");
  if (filters.appRoot === undefined || canary !== undefined || routes.length === 0 || hasRoot) return [];
  const match: RouteMatch = { path: { type: "Exact", value: "/" } };
  return [
    {
      field: "metadata.annotations",
      path: "/",
      expression: () => ({ value: "/$" }),
      route: { ingress: source.key, match, backends: [] },
    },
  ];
}

function filtersFor(
  { filters, toHttps, hsts }: GroupReading,
  host: string,
  { hasCertificate, isSecured }: ClaimContext,
): Filters {
  const redirects = toHttps !== undefined && (toHttps.where === "always" || isSecured(host));
  return {
    ...filters,
    ...(redirects && {
      toHttps: { status: toHttps.status, ...(toHttps.keepsSlash && { keepsSlash: true as const }) },
    }),
    ...(hsts !== undefined && hasCertificate(host) && { hsts }),
  };
}

/** A path that is its own rewrite target is forwarded as it comes (ingress-nginx). */
function pathRewrite(filters: Filters, path: string): Filters {
  if (filters.rewrite === undefined || rewrites(filters, path)) return filters;
  const { rewrite: _, forwardedPrefix: __, ...rest } = filters;
  return rest;
}

/** What names the path's own backend, as it is written. */
function pathFilters({ errorPages, standIn }: GroupReading, { service }: IngressBackend): Filters {
  const port = service?.port ?? { name: "" };
  const failed = {
    service: service?.name ?? "",
    port: "number" in port ? String(port.number) : port.name,
  };
  return {
    ...(errorPages && { errorPages: { ...errorPages, failed } }),
    ...(standIn && { standIn: { ...standIn, failed } }),
  };
}

function withFilters(route: Route, filters: Filters): Route {
  return Object.keys(filters).length === 0 ? route : { ...route, filters: { ...route.filters, ...filters } };
}

/** `www.host` for `host` and the other way round; `undefined` for what has none. */
function wwwCounterpart(host: string): string | undefined {
  if (host === DEFAULT_HOST || host.startsWith("*")) return undefined;
  return host.startsWith("www.") ? host.slice("www.".length) : `www.${host}`;
}

function wwwClaim(host: string, target: string, status: number, source: ClaimSource): HostClaim {
  const redirect = { location: `$scheme://${target}$redirect_port$redirect_uri`, status };
  const route: Route = { ingress: source.key, match: CATCH_ALL, backends: [], filters: { redirect } };
  const claimed = { routes: [], fallback: { ...catchAll("metadata.annotations"), route } };
  return {
    kind: "www",
    host,
    source,
    ...claimed,
    under: () => claimed,
    regex: false,
    canary: undefined,
  };
}

/** The record key of a rule's host, or the warning for which the whole rule is ignored. */
function readRuleHost(
  rule: IngressRule,
  field: string,
  source: ClaimSource,
  systemHost: string | undefined,
): string | Warning {
  if (rule.host === undefined || rule.host === "") return DEFAULT_HOST;
  const host = hostKey(rule.host);
  if (host === undefined) {
    return {
      object: source.object,
      field,
      reason: "ObjectInvalid",
      message: `"${rule.host}" is not a hostname; the rule is ignored.`,
      remedy: "Write a hostname, or `*.` and a hostname, without port and address; or leave the host out.",
    };
  }
  if (host === systemHost) {
    return {
      object: source.object,
      field,
      reason: "HostReserved",
      message: `${host} is the edge's own hostname; the rule is ignored.`,
      remedy: "Use another hostname, or give the edge another system host.",
    };
  }
  return host;
}

function invalidPath(source: ClaimSource, field: string, path: string, problem: string): Warning {
  return {
    object: source.object,
    field,
    reason: "ObjectInvalid",
    message: `"${path}" ${problem}; the path is ignored.`,
    remedy: "Write an absolute path.",
  };
}
