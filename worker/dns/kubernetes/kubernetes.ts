/** The plugin for the cluster's own names: its domain, and the reverse names of its addresses. */
import type { PluginConfig } from "../../../contract/index.ts";
import type { MaybePromise } from "../../snapshot/view.ts";
import type { Plugin, Resolution, Resolver } from "../resolver.ts";
import { CLASS, RCODE } from "../wire/codes.ts";
import type { Name } from "../wire/name.ts";
import { fallthroughOf, Zones } from "../zones.ts";
import { AskedZone, ClusterZone } from "./cluster-zone.ts";
import { Exposure } from "./exposure.ts";
import type { AliasFollower } from "./external-name.ts";
import { lookup } from "./forward.ts";
import { type Found, NO_RECORDS, NODATA } from "./found.ts";
import { isReverse } from "./reverse-name.ts";
import { Subjects } from "./subjects.ts";

/** @param platform resolves aliases that leave the zone */
export function kubernetes(
  config: PluginConfig<"kubernetes">,
  platform: { readonly resolve: Resolver },
): Plugin {
  const zones = new Zones(config.zones);
  const fallthrough = fallthroughOf(config.fallthrough);
  const exposure = new Exposure(config);
  const subjects = new Subjects();

  // What was made for the last snapshot that was asked of: a new one comes rarely, the one before hardly ever again.
  let known: { readonly time: number; readonly cluster: ClusterZone } | undefined;

  function clusterAt(time: number): ClusterZone {
    if (known?.time !== time) known = { time, cluster: new ClusterZone(config, exposure, subjects, time) };
    return known.cluster;
  }

  function namespaceOf(name: Name): string | undefined {
    const matched = zones.match(name);
    const subject = matched && subjects.of(name, matched.labels);
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

  function resolved(zone: AskedZone, found: Found | undefined, next: Resolver): MaybePromise<Resolution> {
    return found === undefined && fallthrough.has(zone.query.question.name)
      ? next(zone.query)
      : resolutionOf(found, zone);
  }

  const resolvedLater = async (zone: AskedZone, found: Promise<Found | undefined>, next: Resolver) =>
    resolved(zone, await found, next);

  return (query, next) => {
    const { name, type } = query.question;
    const matched = zones.match(name);
    if (matched === undefined) return next(query);
    const { labels } = matched;
    const zone = new AskedZone(query, clusterAt(query.view.root.time), labels, isReverse(matched.zone));
    const found = lookup({ zone, name, labels, type, aliases: NO_NAMES, follow });
    return found instanceof Promise ? resolvedLater(zone, found, next) : resolved(zone, found, next);
  };
}

const NO_NAMES: readonly Name[] = [];

/** Negative answers carry the zone's SOA record, which says how long they hold (RFC 2308 3). */
function resolutionOf(found: Found | undefined, zone: AskedZone): Resolution {
  const { answers, additionals } = found ?? NODATA;
  return {
    rcode: found === undefined ? RCODE.NXDOMAIN : RCODE.NOERROR,
    authoritative: true,
    answers,
    authorities: answers.length === 0 ? [zone.soa] : NO_RECORDS,
    additionals,
  };
}
