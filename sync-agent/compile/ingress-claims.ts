/** The Ingress front end: what one Ingress claims of hosts (Kubernetes Ingress API). */
import { DEFAULT_HOST } from "../../contract/index.ts";
import type { Ingress, IngressBackend, IngressRule, Service } from "../cluster/state.ts";
import type { Warning } from "../warning.ts";
import { readAnnotations } from "./annotations.ts";
import { resolveBackend } from "./backends.ts";
import { CATCH_ALL, type HostClaim, type RouteClaim } from "./host-claims.ts";
import { hostKey } from "./hostname.ts";
import { readPath } from "./ingress-path.ts";
import { type ClaimSource, claimSource } from "./objects.ts";

export interface IngressClaims {
  readonly claims: readonly HostClaim[];
  readonly warnings: readonly Warning[];
}

/**
 * The default backend of an Ingress serves what its own hosts leave over; that of an Ingress without rules, what no
 * host claims.
 *
 * @param systemHost in lower case; rules for it are ignored, with a warning.
 * @param clusterDomain in lower case: names below it are Services of this cluster.
 */
export function ingressClaims(
  ingress: Ingress,
  services: ReadonlyMap<string, Service>,
  systemHost: string | undefined,
  clusterDomain: string,
): IngressClaims {
  const source = claimSource("Ingress", ingress.metadata);
  const annotations = readAnnotations(ingress);
  const warnings: Warning[] = [...annotations.warnings];
  const backendsOf = (field: string, backend: IngressBackend) => {
    const place = { object: source.object, namespace: ingress.metadata.namespace, field };
    const resolved = resolveBackend(backend, place, services, clusterDomain);
    warnings.push(...resolved.warnings);
    return annotations.isClosed ? [] : resolved.backends;
  };
  const fallback: RouteClaim | undefined = ingress.defaultBackend && {
    field: "spec.defaultBackend",
    route: {
      ingress: source.key,
      match: CATCH_ALL,
      backends: backendsOf("spec.defaultBackend", ingress.defaultBackend),
    },
  };
  if (ingress.rules.length === 0) {
    const claims = fallback === undefined ? [] : [{ host: DEFAULT_HOST, source, routes: [], fallback }];
    return { claims, warnings };
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
      const backends = backendsOf(`${pathField}.backend`, path.backend);
      routes.push({ field: pathField, route: { ingress: source.key, match: reading.match, backends } });
    }
    claims.push({ host, source, routes, fallback });
  }
  return { claims, warnings };
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
