import { addressBlock, type AddressName, type ServiceRecord } from "../../../contract/index.ts";
import type { MaybePromise } from "../../snapshot/view.ts";
import { all, andThen } from "../maybe-promise.ts";
import { Name } from "../wire/name.ts";
import type { ResourceRecord } from "../wire/record.ts";
import type { AskedZone } from "./cluster-zone.ts";
import { isPublished, labelOf, subsetsOf } from "./endpoints.ts";
import type { Found } from "./found.ts";

/** A Service's name for an address. */
interface ServiceAddress {
  readonly namespace: string;
  readonly service: string;
  /** Its endpoint's label; none for a cluster address. */
  readonly endpoint: string | undefined;
}

/**
 * PTR records of an address; `undefined` for addresses that are not the cluster's, whose names are for somebody else
 * to answer. A cluster address is the one Service's; otherwise every endpoint name counts (CoreDNS).
 */
export function reverseLookup(zone: AskedZone, name: Name, address: string): MaybePromise<Found | undefined> {
  return andThen(zone.view.get("addresses", addressBlock(address)), (block) => {
    const names = servicesOf(block?.names[address] ?? []).filter(({ namespace }) => zone.sees(namespace));
    return andThen(chosen(zone, names, address), (targets) =>
      targets.length === 0 ? undefined : { answers: pointers(zone, name, targets), additionals: [] },
    );
  });
}

function pointers({ cluster }: AskedZone, name: Name, targets: readonly ServiceAddress[]): ResourceRecord[] {
  return targets.map(({ namespace, service, endpoint }) => ({
    name,
    ttl: cluster.ttl,
    type: "PTR",
    target: Name.under(
      cluster.apex,
      ...(endpoint === undefined ? [] : [endpoint]),
      service,
      namespace,
      "svc",
    ),
  }));
}

/** Pods have no names here, nor have external addresses. */
function servicesOf(names: readonly AddressName[]): ServiceAddress[] {
  return names.flatMap((name) => {
    if (!("service" in name)) return [];
    const slash = name.service.indexOf("/");
    return [
      {
        namespace: name.service.slice(0, slash),
        service: name.service.slice(slash + 1),
        endpoint: name.endpoint,
      },
    ];
  });
}

/** Of the names for an address those that are answered, each once. */
function chosen(
  zone: AskedZone,
  names: readonly ServiceAddress[],
  address: string,
): MaybePromise<readonly ServiceAddress[]> {
  const { selection, noEndpoints, endpointPodNames } = zone.cluster.options;
  if (selection === undefined && !endpointPodNames) return preferred(names, noEndpoints);
  // What a Service's labels and its endpoints' pods say stands in its record.
  const kept = names.map((name) =>
    andThen(zone.view.get("services", `${name.namespace}/${name.service}`), (service) =>
      service === undefined || !zone.cluster.exposure.hasService(service)
        ? []
        : renamed(zone, name, service, address),
    ),
  );
  return andThen(all(kept), (kept) => preferred(kept.flat(), noEndpoints));
}

function renamed(
  { cluster: { options } }: AskedZone,
  name: ServiceAddress,
  service: ServiceRecord,
  address: string,
): ServiceAddress[] {
  const isAsListed = name.endpoint === undefined || !options.endpointPodNames;
  if (isAsListed || service.kind === "externalName") return [name];
  const { namespace, service: serviceName } = name;
  return subsetsOf(service, options)
    .flatMap(({ endpoints }) => endpoints)
    .filter((endpoint) => endpoint.address === address && isPublished(service, endpoint))
    .map((endpoint) => ({ namespace, service: serviceName, endpoint: labelOf(endpoint, options) }));
}

function preferred(
  names: readonly ServiceAddress[],
  noEndpoints: true | undefined,
): readonly ServiceAddress[] {
  const cluster = names.find(({ endpoint }) => endpoint === undefined);
  if (cluster !== undefined) return [cluster];
  if (noEndpoints) return [];
  const once = new Map(names.map((name) => [`${name.endpoint} ${name.namespace}/${name.service}`, name]));
  return [...once.values()];
}
