/** Looks names of the plugin's zones up, as CoreDNS's kubernetes plugin does (kubernetes.go, handler.go). */
import { type ServiceRecord, zoneKeys } from "../../../contract/index.ts";
import type { MaybePromise } from "../../snapshot/view.ts";
import { andThen } from "../maybe-promise.ts";
import { TYPE } from "../wire/codes.ts";
import type { Name } from "../wire/name.ts";
import type { AskedZone } from "./cluster-zone.ts";
import { addressesOf, isAny } from "./endpoints.ts";
import { type AliasFollower, externalNameAnswer } from "./external-name.ts";
import { addressAnswer, answer, type Found, NODATA } from "./found.ts";
import { nameServerAddresses, nameServerAnswer } from "./name-servers.ts";
import { podAnswer } from "./pods.ts";
import { reverseLookup } from "./reverse.ts";
import { reverseAddressOf } from "./reverse-name.ts";
import { srvAnswer } from "./srv.ts";
import { type ServiceSubject, type Subject } from "./subject.ts";

/** Kubernetes DNS specification 2.2: the version of the schema, and its TTL in CoreDNS. */
const SCHEMA_VERSION = new TextEncoder().encode("1.1.0");
const SCHEMA_VERSION_TTL = 28_800;

/** One question, or an alias on the way to its answer. */
export interface Lookup {
  readonly zone: AskedZone;
  readonly name: Name;
  /** How many labels the name has before the zone's. */
  readonly labels: number;
  readonly type: number;
  /** The names that led here by CNAME. */
  readonly aliases: readonly Name[];
  readonly follow: AliasFollower;
}

/**
 * What exists under a name of the zone; `undefined` where nothing does (NXDOMAIN). As CoreDNS has it, every name lacks
 * no more than its SOA record, while TXT says of all names without addresses that they do not exist.
 */
export function lookup(asked: Lookup): MaybePromise<Found | undefined> {
  const { zone, name, labels, type } = asked;
  switch (type) {
    case TYPE.TXT:
      return labels === 1 && name.foldedLabels(1)[0] === "dns-version"
        ? answer({ name, ttl: SCHEMA_VERSION_TTL, type: "TXT", strings: [SCHEMA_VERSION] })
        : recordsOnly(asked);
    case TYPE.SOA:
      return labels === 0 ? answer(zone.soa) : NODATA;
    case TYPE.NS:
      return labels === 0 && zone.isLowerCase ? nameServerAnswer(zone) : existing(asked);
    case TYPE.PTR: {
      const address = reverseAddressOf(name);
      return address === undefined ? existing(asked) : reverseLookup(zone, name, address);
    }
    default:
      return existing(asked);
  }
}

/** Names that exist without records do not exist here. */
function recordsOnly(asked: Lookup): MaybePromise<Found | undefined> {
  const subject = asked.zone.cluster.subjects.of(asked.name, asked.labels);
  return subject?.kind === "service" || subject?.kind === "pod" ? existing(asked) : undefined;
}

function existing(asked: Lookup): MaybePromise<Found | undefined> {
  const { zone, name, labels, type } = asked;
  const subject = zone.cluster.subjects.of(name, labels);
  switch (subject?.kind) {
    case undefined:
      return undefined;
    case "apex":
    case "branch":
      return NODATA;
    case "nameServer":
      if (type === TYPE.PTR || !zone.isLowerCase) return undefined;
      return andThen(nameServerAddresses(zone), (addresses) =>
        addressAnswer(name, zone.cluster.ttl, type, addresses),
      );
    case "namespace":
    case "pod":
    case "service":
      return zone.isReverse || !zone.sees(subject.namespace) ? undefined : namespacedAnswer(asked, subject);
  }
}

function namespacedAnswer(
  asked: Lookup,
  subject: Extract<Subject, { readonly namespace: string }>,
): MaybePromise<Found | undefined> {
  const { zone, name, type } = asked;
  if (subject.kind === "service") return serviceAnswer(asked, subject);
  const isPod = subject.kind === "pod" || subject.branch === "pod";
  if (isPod && zone.cluster.options.pods === "disabled") return undefined;
  if (subject.kind === "pod") return podAnswer(zone, name, type, subject);
  return andThen(zone.view.get("zones", zoneKeys.namespace(subject.namespace)), (namespace) =>
    namespace === undefined ? undefined : NODATA,
  );
}

function serviceAnswer(asked: Lookup, subject: ServiceSubject): MaybePromise<Found | undefined> {
  const service = asked.zone.view.get("services", subject.key);
  return service instanceof Promise
    ? service.then((service) => answerOf(asked, subject, service))
    : answerOf(asked, subject, service);
}

function answerOf(
  asked: Lookup,
  subject: ServiceSubject,
  service: ServiceRecord | undefined,
): MaybePromise<Found | undefined> {
  const { zone, name, type } = asked;
  const { cluster } = zone;
  if (service === undefined || !cluster.answersFor(service)) return undefined;
  if (service.kind === "externalName") {
    const { endpoint, port } = subject;
    const isItself = endpoint === undefined && (port === undefined || isAny(port));
    return isItself ? externalNameAnswer(asked, service.externalName) : undefined;
  }
  if (type === TYPE.SRV) return srvAnswer(zone, name, service, subject);
  const addresses = addressesOf(service, subject, cluster.options);
  return addresses.length === 0 ? undefined : addressAnswer(name, cluster.ttl, type, addresses);
}
