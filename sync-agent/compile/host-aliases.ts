/** Whose host an alias is, and what it shares with that host (ingress-nginx `server-alias`). */
import type { Warning } from "../warning.ts";
import type { HostClaim } from "./host-claims.ts";
import { describeHost } from "./hostname.ts";

/**
 * Claims without those of aliases that are another host's already. An alias is that of one host: the first that the
 * oldest source names (ingress-nginx).
 *
 * @param weak of hosts that no rule names, oldest first
 */
export function aliasesInEffect(weak: readonly HostClaim[]): { claims: HostClaim[]; warnings: Warning[] } {
  const owners = new Map<string, HostClaim>();
  const warnings: Warning[] = [];
  const claims = weak.filter((claim) => {
    if (claim.aliasOf === undefined) return true;
    const owner = owners.get(claim.host) ?? claim;
    owners.set(claim.host, owner);
    if (owner.aliasOf === claim.aliasOf) return true;
    if (owner.source.object !== claim.source.object) warnings.push(aliasConflict(claim, owner));
    return false;
  });
  return { claims, warnings };
}

/** What other sources claim of the hosts that aliases are of: an alias has the whole host, as nginx's `server_name`. */
export function sharedWithAliases(claims: readonly HostClaim[]): HostClaim[] {
  const aliases = claims.filter(({ aliasOf }) => aliasOf !== undefined);
  if (aliases.length === 0) return [];
  const byHost = Map.groupBy(claims, ({ host }) => host);
  const own = new Set(aliases.map(({ host, source }) => `${host} ${source.object}`));
  return [...new Set(aliases.map(({ host }) => host))].flatMap((alias) => {
    const host = aliases.find((it) => it.host === alias)?.aliasOf ?? "";
    return (byHost.get(host) ?? [])
      .filter(({ kind, source }) => kind !== "www" && !own.has(`${alias} ${source.object}`))
      .map((claim) => underAlias(claim, alias));
  });
}

function underAlias(claim: HostClaim, alias: string): HostClaim {
  return { ...claim, kind: "alias", host: alias, ...claim.under(alias) };
}

function aliasConflict({ host, source }: HostClaim, owner: HostClaim): Warning {
  return {
    object: source.object,
    field: "metadata.annotations[nginx.ingress.kubernetes.io/server-alias]",
    reason: "PathConflict",
    message: `${host} is an alias of ${describeHost(owner.aliasOf ?? "")} already, by ${owner.source.object}, which came first; that one is served.`,
    remedy: `Take the alias out here or in ${owner.source.object}.`,
  };
}
