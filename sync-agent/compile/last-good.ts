/** What stands in for an Ingress of which an annotation is so wrong that nothing safe can be served instead. */
import type { Access } from "../../contract/index.ts";
import type { Ingress } from "../cluster/state.ts";
import { type HostClaim } from "./host-claims.ts";
import { type ClaimContext, type IngressClaims, ingressClaims } from "./ingress-claims.ts";
import { claimSource } from "./objects.ts";
import { findPublished, type PublishedForm, type PublishedHosts, publishedClaims } from "./published-form.ts";

/** By `namespace/name`: Ingresses in the form in which they were last served, as written or else as published. */
export type LastGood = ReadonlyMap<string, Ingress | PublishedForm>;

export interface KeptClaims extends IngressClaims {
  /** `namespace/name`. */
  readonly key: string;
  /** What to remember of this Ingress for the next compile. */
  readonly good: Ingress | PublishedForm | undefined;
  /** Whether it asks for a last good form, and only what is published may still have one. */
  readonly isLacking: boolean;
}

/**
 * The claims of an Ingress; where an annotation asks for it, those of its last good form, with the warnings of the
 * present one, and open to nobody whom the present one would keep out. Without a last good form its requests are
 * refused.
 *
 * @param published where to look for what `lastGood` has not; `undefined` when it was not read
 */
export function keptClaims(
  ingress: Ingress,
  context: ClaimContext,
  lastGood: LastGood,
  published?: PublishedHosts,
): KeptClaims {
  const present = ingressClaims(ingress, context);
  const source = claimSource("Ingress", ingress.metadata);
  const { key } = source;
  if (!present.keepsLastGood) return { ...present, key, good: ingress, isLacking: false };
  const good = lastGood.get(key) ?? (published && findPublished(published, source, present.claims));
  if (good === undefined) return { ...present, key, good, isLacking: published === undefined };
  const claims =
    "metadata" in good
      ? ingressClaims(good, context).claims
      : publishedClaims(good, source, present.claims, context);
  return {
    ...present,
    key,
    claims: claims.map((claim) => guarded(claim, present.access)),
    good,
    isLacking: false,
  };
}

/** A redirect between hosts tells nobody anything. */
function guarded(claim: HostClaim, access: Access | undefined): HostClaim {
  if (access === undefined || claim.kind === "www") return claim;
  const guard = <C extends HostClaim["routes"][number]>(claimed: C): C => ({
    ...claimed,
    route: { ...claimed.route, filters: { ...claimed.route.filters, access } },
  });
  const guardAll = ({ routes, fallback }: Pick<HostClaim, "routes" | "fallback">) => ({
    routes: routes.map(guard),
    fallback: fallback && guard(fallback),
  });
  return { ...claim, ...guardAll(claim), under: (alias) => guardAll(claim.under(alias)) };
}
