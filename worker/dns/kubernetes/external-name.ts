import { canonicalAddress } from "../../../contract/index.ts";
import type { MaybePromise } from "../../snapshot/view.ts";
import { andThen } from "../maybe-promise.ts";
import { isInZones, type Query, type Resolution } from "../resolver.ts";
import { TYPE } from "../wire/codes.ts";
import { DnsFormatError } from "../wire/format-error.ts";
import type { Name } from "../wire/name.ts";
import { nameFromText } from "../wire/name-text.ts";
import type { TargetRecord } from "../wire/record.ts";
import type { AskedZone } from "./cluster-zone.ts";
import { answer, type Found, NODATA } from "./found.ts";
import type { Lookup } from "./forward.ts";

/** CNAME records in one answer, at most (CoreDNS). */
const MAX_ALIASES = 8;

/** Where an alias leads. */
export interface AliasFollower {
  /** Within the same zone: asks the plugin itself. */
  within(asked: Lookup): MaybePromise<Found | undefined>;
  /** Out of it: asks the resolver anew. */
  outside(query: Query, target: Name, type: number): MaybePromise<Resolution>;
  /** Whether the target is a name of this plugin's in a namespace that whoever asks must not see. */
  isHidden(zone: AskedZone, target: Name): boolean;
}

/**
 * A Service of type ExternalName: a CNAME, for addresses followed. As in CoreDNS an alias within the zone that leads to
 * no address of the type, or in a circle, is NODATA, one that leaves it stands whatever is found there. `undefined`, the
 * name does not exist, where the external name is an IP address or no name at all.
 */
export function externalNameAnswer(asked: Lookup, externalName: string): MaybePromise<Found | undefined> {
  const { zone, name, type, aliases, follow } = asked;
  const target = targetName(externalName);
  if (target === undefined) return undefined;
  if (follow.isHidden(zone, target)) return NODATA;
  const alias: TargetRecord = { name, ttl: zone.cluster.ttl, type: "CNAME", target };
  if (type === TYPE.CNAME) return answer(alias);
  if (type !== TYPE.A && type !== TYPE.AAAA) return NODATA;
  const followed = [...aliases, name];
  if (followed.length > MAX_ALIASES || followed.some((seen) => seen.equals(target))) return NODATA;
  const labels = target.labelsAbove(zone.apex);
  if (labels === undefined) {
    return andThen(follow.outside(zone.query, target, type), ({ answers }) => answer(alias, ...answers));
  }
  // What a view does not hold is not found by an alias either.
  if (!isInZones(zone.query.visible, target)) return answer(alias);
  return andThen(follow.within({ ...asked, name: target, labels, aliases: followed }), (found) =>
    found === undefined || found.answers.length === 0 ? NODATA : answer(alias, ...found.answers),
  );
}

function targetName(externalName: string): Name | undefined {
  if (canonicalAddress(externalName) !== undefined) return undefined;
  try {
    return nameFromText(externalName);
  } catch (error) {
    if (error instanceof DnsFormatError) return undefined;
    throw error;
  }
}
