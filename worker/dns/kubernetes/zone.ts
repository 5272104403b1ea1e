/** The resolver plugin for the cluster's own names: its domain, and the reverse names of its addresses. */
import type { Root } from "../../../contract/index.ts";
import { andThen } from "../maybe-promise.ts";
import type { Resolution, Resolver } from "../resolver.ts";
import { RCODE } from "../wire/codes.ts";
import type { SoaRecord } from "../wire/record.ts";
import { AskedZone, ClusterZone } from "./cluster-zone.ts";
import { lookup } from "./forward.ts";
import type { Found } from "./found.ts";
import { reverseLookup } from "./reverse.ts";
import { reverseNameOf } from "./reverse-name.ts";

export function createKubernetesZone(): Resolver {
  // What was made for the last root that was asked of: a new one comes rarely, the one before hardly ever again.
  let known: { readonly root: Root; readonly cluster: ClusterZone } | undefined;

  function clusterOf(root: Root): ClusterZone {
    if (known?.root !== root) known = { root, cluster: new ClusterZone(root) };
    return known.cluster;
  }

  return ({ question: { name, type }, view }) => {
    const cluster = clusterOf(view.root);
    const labels = name.labelsAbove(cluster.apex);
    if (labels !== undefined) {
      const zone = new AskedZone(view, cluster, name, labels);
      return andThen(lookup(zone, name, labels, type), (found) => resolutionOf(found, () => zone.soa));
    }
    const reverse = reverseNameOf(name);
    if (reverse === undefined) return undefined;
    return andThen(reverseLookup(view, cluster, name, type, reverse.address), (found) =>
      found === undefined ? undefined : resolutionOf(found, () => cluster.soa(reverse.zone)),
    );
  };
}

/** Negative answers carry the zone's SOA record, which says how long they hold (RFC 2308 3). */
function resolutionOf(found: Found | undefined, soa: () => SoaRecord): Resolution {
  const answers = found?.answers ?? [];
  return {
    rcode: found === undefined ? RCODE.NXDOMAIN : RCODE.NOERROR,
    authoritative: true,
    answers,
    authorities: answers.length === 0 ? [soa()] : [],
    additionals: found?.additionals ?? [],
  };
}
