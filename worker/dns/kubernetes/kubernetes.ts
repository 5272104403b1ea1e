/** The plugin for the cluster's own names: its domain, and the reverse names of its addresses. */
import type { PluginConfig } from "../../../contract/index.ts";
import { andThen } from "../maybe-promise.ts";
import type { Plugin, Resolution, Resolver } from "../resolver.ts";
import { CLASS, RCODE } from "../wire/codes.ts";
import type { Name } from "../wire/name.ts";
import { nameFromText } from "../wire/name-text.ts";
import type { SoaRecord } from "../wire/record.ts";
import { fallthroughOf, Zones } from "../zones.ts";
import { AskedZone, ClusterZone } from "./cluster-zone.ts";
import { Exposure } from "./exposure.ts";
import type { AliasFollower } from "./external-name.ts";
import { lookup } from "./forward.ts";
import type { Found } from "./found.ts";
import { isReverse } from "./reverse-name.ts";
import { subjectOf } from "./subject.ts";

/** @param platform resolves aliases that leave the zone */
export function kubernetes(
  config: PluginConfig<"kubernetes">,
  platform: { readonly resolve: Resolver },
): Plugin {
  const zones = new Zones(config.zones);
  const reverse = new Zones(config.zones.filter((zone) => isReverse(nameFromText(zone))));
  const fallthrough = fallthroughOf(config.fallthrough);
  const exposure = new Exposure(config);

  // What was made for the last snapshot that was asked of: a new one comes rarely, the one before hardly ever again.
  let known: { readonly time: number; readonly cluster: ClusterZone } | undefined;

  function clusterAt(time: number): ClusterZone {
    if (known?.time !== time) known = { time, cluster: new ClusterZone(config, exposure, time) };
    return known.cluster;
  }

  function namespaceOf(name: Name): string | undefined {
    const matched = zones.match(name);
    const subject = matched && subjectOf(name.foldedLabels(matched.labels));
    return subject !== undefined && "namespace" in subject ? subject.namespace : undefined;
  }

  const follow: AliasFollower = {
    within: lookup,
    outside: (query, name, type) =>
      platform.resolve({ ...query, question: { name, type, class: CLASS.IN }, depth: query.depth + 1 }),
    isHidden: (zone, name) => {
      if (zone.query.visible.namespaces === undefined) return false;
      const namespace = namespaceOf(name);
      return namespace !== undefined && !zone.isVisible(namespace);
    },
  };

  return (query, next) => {
    const {
      question: { name, type },
      view,
    } = query;
    const matched = zones.match(name);
    if (matched === undefined) return next(query);
    const { labels } = matched;
    const zone = new AskedZone(query, clusterAt(view.root.time), labels, reverse.has(matched.zone));
    const found = lookup({ zone, name, labels, type, aliases: [], follow });
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
