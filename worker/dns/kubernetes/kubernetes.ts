/** The plugin for the cluster's own names: its domain, and the reverse names of its addresses. */
import type { PluginConfig } from "../../../contract/index.ts";
import { andThen } from "../maybe-promise.ts";
import type { Plugin, Resolution } from "../resolver.ts";
import { RCODE } from "../wire/codes.ts";
import type { SoaRecord } from "../wire/record.ts";
import { fallthroughOf, Zones } from "../zones.ts";
import { AskedZone, ClusterZone } from "./cluster-zone.ts";
import { lookup } from "./forward.ts";
import type { Found } from "./found.ts";
import { reverseLookup } from "./reverse.ts";
import { reverseNameOf } from "./reverse-name.ts";

export function kubernetes(config: PluginConfig<"kubernetes">): Plugin {
  const zones = new Zones(config.zones);
  const fallthrough = fallthroughOf(config.fallthrough);

  // What was made for the last snapshot that was asked of: a new one comes rarely, the one before hardly ever again.
  let known: { readonly time: number; readonly cluster: ClusterZone } | undefined;

  function clusterAt(time: number): ClusterZone {
    if (known?.time !== time) known = { time, cluster: new ClusterZone(config, time) };
    return known.cluster;
  }

  return (query, next) => {
    const {
      question: { name, type },
      view,
    } = query;
    const matched = zones.match(name);
    if (matched === undefined) return next(query);
    const cluster = clusterAt(view.root.time);
    const zone = new AskedZone(view, cluster, name, matched.labels);
    const reverse = reverseNameOf(name);
    const found =
      reverse === undefined
        ? lookup(zone, name, matched.labels, type)
        : reverseLookup(view, cluster, name, type, reverse.address);
    return andThen(found, (found) =>
      found === undefined && fallthrough.has(name) ? next(query) : resolutionOf(found, () => zone.soa),
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
