import { addressBlock, canonicalAddress, zoneKeys } from "../../../contract/index.ts";
import type { MaybePromise } from "../../snapshot/view.ts";
import { andThen } from "../maybe-promise.ts";
import type { AskedZone } from "./cluster-zone.ts";
import type { PodSubject } from "./subject.ts";

/**
 * The address that a pod's name spells, where the pod mode lets it be answered; `undefined`: the name does not exist.
 * `insecure` takes any address in a namespace that exists, `verified` only that of a pod of the namespace.
 */
export function podAddress(
  { view, cluster }: AskedZone,
  subject: PodSubject,
): MaybePromise<string | undefined> {
  const address = spelledAddress(subject.pod);
  if (address === undefined) return undefined;
  switch (cluster.options.pods) {
    case "disabled":
      return undefined;
    case "insecure":
      return andThen(view.get("zones", zoneKeys.namespace(subject.namespace)), (namespace) =>
        namespace === undefined ? undefined : address,
      );
    case "verified":
      return andThen(view.get("addresses", addressBlock(address)), (block) =>
        block?.names[address]?.some((name) => "pod" in name && name.pod.startsWith(`${subject.namespace}/`))
          ? address
          : undefined,
      );
  }
}

/** `10-244-1-7` is IPv4: three dashes and none beside another; else the dashes are colons (CoreDNS). */
function spelledAddress(pod: string): string | undefined {
  if (/[.:]/.test(pod)) return undefined;
  const isIPv4 = pod.split("-").length === 4 && !pod.includes("--");
  return canonicalAddress(pod.replaceAll("-", isIPv4 ? "." : ":"));
}
