import { canonicalAddress } from "../../../contract/index.ts";
import type { MaybePromise } from "../../snapshot/view.ts";
import { andThen } from "../maybe-promise.ts";
import { TYPE } from "../wire/codes.ts";
import { DnsFormatError } from "../wire/format-error.ts";
import type { Name } from "../wire/name.ts";
import { nameFromText } from "../wire/name-text.ts";
import type { TargetRecord } from "../wire/record.ts";
import type { AskedZone } from "./cluster-zone.ts";
import { answer, type Found, NODATA } from "./found.ts";

/** CNAME records in one answer, at most (CoreDNS). */
const MAX_ALIASES = 8;

/** Looks up a name of the same zone, so many labels below it, with the aliases that led there. */
export type Chase = (
  target: Name,
  labels: number,
  aliases: readonly Name[],
) => MaybePromise<Found | undefined>;

/**
 * A Service of type ExternalName: a CNAME, for addresses followed as far as our zone goes. As in CoreDNS an alias within
 * the zone that leads to no address of the type, or in a circle, is NODATA. `undefined`, the name does not exist, where
 * the external name is an IP address or no name at all.
 */
export function externalNameAnswer(
  zone: AskedZone,
  name: Name,
  type: number,
  externalName: string,
  aliases: readonly Name[],
  chase: Chase,
): MaybePromise<Found | undefined> {
  const target = targetName(externalName);
  if (target === undefined) return undefined;
  const alias: TargetRecord = { name, ttl: zone.cluster.ttl, type: "CNAME", target };
  if (type === TYPE.CNAME || type === TYPE.ANY) return answer(alias);
  if (type !== TYPE.A && type !== TYPE.AAAA) return NODATA;
  const labels = target.labelsAbove(zone.apex);
  if (labels === undefined) return answer(alias);
  const followed = [...aliases, name];
  if (followed.length > MAX_ALIASES || followed.some((seen) => seen.equals(target))) return NODATA;
  return andThen(chase(target, labels, followed), (found) =>
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
