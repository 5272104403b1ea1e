/** The zone's name servers: the cluster's DNS Service. */
import type { ServiceRecord } from "../../../contract/index.ts";
import type { MaybePromise } from "../../snapshot/view.ts";
import { andThen } from "../maybe-promise.ts";
import { Name } from "../wire/name.ts";
import type { ResourceRecord } from "../wire/record.ts";
import type { AskedZone } from "./cluster-zone.ts";
import { addressesOf, type EndpointOptions, isPublished, labelOf, subsetsOf } from "./endpoints.ts";
import { addressRecord, type Found } from "./found.ts";

/** The Service in front of CoreDNS has this name in every distribution, whatever server runs behind it. */
export const DNS_SERVICE = {
  kind: "service",
  namespace: "kube-system",
  service: "kube-dns",
  key: "kube-system/kube-dns",
} as const;

/** CoreDNS knows it whatever namespaces and labels the plugin answers for; a view may hide it all the same. */
function dnsService(zone: AskedZone): MaybePromise<ServiceRecord | undefined> {
  if (!zone.isVisible(DNS_SERVICE.namespace)) return undefined;
  return zone.view.get("services", DNS_SERVICE.key);
}

/** The addresses of `ns.dns.<zone>`. */
export function nameServerAddresses(zone: AskedZone): MaybePromise<readonly string[]> {
  return andThen(dnsService(zone), (service) =>
    service === undefined || service.kind === "externalName"
      ? []
      : addressesOf(service, { ...DNS_SERVICE, endpoint: undefined, port: undefined }, zone.cluster.options),
  );
}

/**
 * As CoreDNS answers: NS records name the DNS Service, or its endpoints where it is headless, with their addresses
 * beside; without a DNS Service `ns.dns.<zone>`, which the SOA record names too.
 */
export function nameServerAnswer(zone: AskedZone): MaybePromise<Found> {
  return andThen(dnsService(zone), (service) => {
    const {
      cluster: { ttl, options },
      apex,
    } = zone;
    const servers = service === undefined ? [] : serversOf(service, options);
    if (servers.length === 0) {
      const target = Name.under(apex, "ns", "dns");
      return { answers: [{ name: apex, ttl, type: "NS", target }], additionals: [] };
    }
    const targets = new Map<string, Name>();
    const additionals: ResourceRecord[] = [];
    for (const { labels, address } of servers) {
      const key = labels.join(" ");
      const target = targets.get(key) ?? Name.under(apex, ...labels);
      targets.set(key, target);
      additionals.push(addressRecord(target, ttl, address));
    }
    const answers = [...targets.values()].map((target): ResourceRecord => ({
      name: apex,
      ttl,
      type: "NS",
      target,
    }));
    return { answers, additionals };
  });
}

/** Names, as labels below the zone, and addresses; each address once. */
function serversOf(
  service: ServiceRecord,
  options: EndpointOptions,
): { labels: readonly string[]; address: string }[] {
  const labels = [DNS_SERVICE.service, DNS_SERVICE.namespace, "svc"];
  switch (service.kind) {
    case "externalName":
      return [];
    case "clusterIP":
      return service.clusterIPs.map((address) => ({ labels, address }));
    case "headless": {
      const endpoints = subsetsOf(service, options).flatMap((subset) => subset.endpoints);
      const published = new Map(
        endpoints
          .filter((endpoint) => isPublished(service, endpoint))
          .map((endpoint) => [endpoint.address, labelOf(endpoint, options)]),
      );
      return Array.from(published, ([address, label]) => ({ labels: [label, ...labels], address }));
    }
  }
}
