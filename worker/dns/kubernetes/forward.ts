/** Looks names below the cluster domain up, as CoreDNS's kubernetes plugin does. */
import { zoneKeys } from "../../../contract/index.ts";
import type { MaybePromise } from "../../snapshot/view.ts";
import { andThen } from "../maybe-promise.ts";
import { TYPE } from "../wire/codes.ts";
import type { Name } from "../wire/name.ts";
import type { AskedZone } from "./cluster-zone.ts";
import { addressesOf } from "./endpoints.ts";
import { externalNameAnswer } from "./external-name.ts";
import { addressAnswer, answer, type Found, NODATA } from "./found.ts";
import { nameServerAddresses, nameServerAnswer } from "./name-servers.ts";
import { podAddress } from "./pods.ts";
import { srvAnswer } from "./srv.ts";
import { type ServiceSubject, subjectOf } from "./subject.ts";

/** Kubernetes DNS specification 2.2: the version of the schema, and its TTL in CoreDNS. */
const SCHEMA_VERSION = new TextEncoder().encode("1.1.0");
const SCHEMA_VERSION_TTL = 28_800;

/**
 * What exists under a name of the zone; `undefined` where nothing does (NXDOMAIN).
 *
 * @param labels How many labels the name has before the zone's.
 * @param aliases The names that led here by CNAME.
 */
export function lookup(
  zone: AskedZone,
  name: Name,
  labels: number,
  type: number,
  aliases: readonly Name[] = [],
): MaybePromise<Found | undefined> {
  const { view, cluster } = zone;
  const subject = subjectOf(name.foldedLabels(labels));
  switch (subject?.kind) {
    case undefined:
      return undefined;
    case "apex":
      return apexAnswer(zone, type);
    case "version":
      return type === TYPE.TXT || type === TYPE.ANY
        ? answer({ name, ttl: SCHEMA_VERSION_TTL, type: "TXT", strings: [SCHEMA_VERSION] })
        : NODATA;
    case "nameServer":
      return andThen(nameServerAddresses(view), (addresses) =>
        addressAnswer(name, cluster.ttl, type, addresses),
      );
    case "branch":
      return NODATA;
    case "namespace":
      if (subject.branch === "pod" && cluster.options.pods === "disabled") return undefined;
      return andThen(view.get("zones", zoneKeys.namespace(subject.namespace)), (namespace) =>
        namespace === undefined ? undefined : NODATA,
      );
    case "pod":
      return andThen(podAddress(zone, subject), (address) =>
        address === undefined ? undefined : addressAnswer(name, cluster.ttl, type, [address]),
      );
    case "service":
      return serviceAnswer(zone, name, type, subject, aliases);
  }
}

function apexAnswer(zone: AskedZone, type: number): MaybePromise<Found> {
  if (type === TYPE.SOA || type === TYPE.ANY) return answer(zone.soa);
  return type === TYPE.NS ? nameServerAnswer(zone) : NODATA;
}

function serviceAnswer(
  zone: AskedZone,
  name: Name,
  type: number,
  subject: ServiceSubject,
  aliases: readonly Name[],
): MaybePromise<Found | undefined> {
  return andThen(zone.view.get("services", `${subject.namespace}/${subject.service}`), (service) => {
    if (service === undefined) return undefined;
    if (service.kind === "externalName") {
      if (subject.endpoint !== undefined || subject.port !== undefined) return undefined;
      return externalNameAnswer(zone, name, type, service.externalName, aliases, (target, labels, seen) =>
        lookup(zone, target, labels, type, seen),
      );
    }
    if (type === TYPE.SRV) return srvAnswer(zone, name, service, subject);
    const addresses = addressesOf(service, subject);
    return addresses.length === 0 ? undefined : addressAnswer(name, zone.cluster.ttl, type, addresses);
  });
}
