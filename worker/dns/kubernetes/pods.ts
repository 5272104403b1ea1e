import { addressBlock, canonicalAddress, zoneKeys } from "../../../contract/index.ts";
import type { MaybePromise } from "../../snapshot/view.ts";
import { andThen } from "../maybe-promise.ts";
import { TYPE } from "../wire/codes.ts";
import { Name } from "../wire/name.ts";
import type { AskedZone } from "./cluster-zone.ts";
import { addressAnswer, addressRecord, type Found } from "./found.ts";
import type { PodSubject } from "./subject.ts";

/** As in CoreDNS a pod has an SRV record too, with no port in particular. */
export function podAnswer(
  zone: AskedZone,
  name: Name,
  type: number,
  subject: PodSubject,
): MaybePromise<Found | undefined> {
  const { ttl } = zone.cluster;
  return andThen(podAddress(zone, subject), (address) => {
    if (address === undefined) return undefined;
    if (type !== TYPE.SRV) return addressAnswer(name, ttl, type, [address]);
    const target = Name.under(zone.apex, subject.pod, subject.namespace, "pod");
    return {
      answers: [{ name, ttl, type: "SRV", priority: 0, weight: 100, port: 0, target }],
      additionals: [addressRecord(target, ttl, address)],
    };
  });
}

/**
 * The address that a pod's name spells, where the pod mode lets it be answered; `undefined`: the name does not exist.
 * `insecure` takes any address in a namespace that exists, `verified` only that of a pod of the namespace, and only as
 * the cluster spells it.
 */
function podAddress({ view, cluster }: AskedZone, subject: PodSubject): MaybePromise<string | undefined> {
  const spelled = spelledAddress(subject.pod);
  const address = canonicalAddress(spelled);
  if (address === undefined) return undefined;
  switch (cluster.options.pods) {
    case "disabled":
      return undefined;
    case "insecure":
      return andThen(view.get("zones", zoneKeys.namespace(subject.namespace)), (namespace) =>
        namespace === undefined ? undefined : address,
      );
    case "verified":
      if (spelled !== address) return undefined;
      return andThen(view.get("addresses", addressBlock(address)), (block) =>
        block?.names[address]?.some((name) => "pod" in name && name.pod.startsWith(`${subject.namespace}/`))
          ? address
          : undefined,
      );
  }
}

/** `10-244-1-7` is IPv4: three dashes and none beside another; else the dashes are colons (CoreDNS). */
function spelledAddress(pod: string): string {
  if (/[.:]/.test(pod)) return "";
  const isIPv4 = pod.split("-").length === 4 && !pod.includes("--");
  return pod.replaceAll("-", isIPv4 ? "." : ":");
}
