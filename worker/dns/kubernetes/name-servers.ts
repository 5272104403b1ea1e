/** The zone's name servers: the cluster's DNS Service. */
import { endpointLabel, type ServiceRecord } from "../../../contract/index.ts";
import type { MaybePromise, SnapshotView } from "../../snapshot/view.ts";
import { andThen } from "../maybe-promise.ts";
import { Name } from "../wire/name.ts";
import type { ResourceRecord } from "../wire/record.ts";
import type { AskedZone } from "./cluster-zone.ts";
import { addressesOf } from "./endpoints.ts";
import { addressRecord, type Found } from "./found.ts";

/** The Service in front of CoreDNS has this name in every distribution, whatever server runs behind it. */
const DNS_SERVICE = { kind: "service", namespace: "kube-system", service: "kube-dns" } as const;

function dnsService(view: SnapshotView): MaybePromise<ServiceRecord | undefined> {
  return view.get("services", `${DNS_SERVICE.namespace}/${DNS_SERVICE.service}`);
}

/** The addresses of `ns.dns.<zone>`. */
export function nameServerAddresses(view: SnapshotView): MaybePromise<readonly string[]> {
  return andThen(dnsService(view), (service) =>
    service === undefined || service.kind === "externalName"
      ? []
      : addressesOf(service, { ...DNS_SERVICE, endpoint: undefined, port: undefined }),
  );
}

/**
 * As CoreDNS answers: NS records name the DNS Service, or its endpoints where it is headless, with their addresses
 * beside; without a DNS Service `ns.dns.<zone>`, which the SOA record names too.
 */
export function nameServerAnswer(zone: AskedZone): MaybePromise<Found> {
  return andThen(dnsService(zone.view), (service) => {
    const {
      cluster: { ttl },
      apex,
    } = zone;
    const servers = service === undefined ? [] : serversOf(service);
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
function serversOf(service: ServiceRecord): { labels: readonly string[]; address: string }[] {
  const labels = [DNS_SERVICE.service, DNS_SERVICE.namespace, "svc"];
  switch (service.kind) {
    case "externalName":
      return [];
    case "clusterIP":
      return service.clusterIPs.map((address) => ({ labels, address }));
    case "headless": {
      const endpoints = service.subsets.flatMap((subset) => subset.endpoints);
      const published = new Map(
        endpoints
          .filter(({ ready }) => ready || service.publishNotReady)
          .map((endpoint) => [endpoint.address, endpointLabel(endpoint)]),
      );
      return Array.from(published, ([address, label]) => ({ labels: [label, ...labels], address }));
    }
  }
}
