/** From EndpointSlices, of which a Service may have many, to the subsets of its record. */
import {
  addressFamily,
  canonicalJson,
  type Endpoint,
  type ServicePort,
  type Subset,
} from "../../contract/index.ts";
import type { EndpointSlice } from "../cluster/state.ts";
import type { Warning } from "../warning.ts";
import { readAddresses } from "./ip-addresses.ts";
import { describeObject } from "./objects.ts";
import { readPorts } from "./ports.ts";
import { compareText } from "./text-order.ts";

/** What one slice contributes. */
export interface SliceReading {
  readonly subsets: readonly Subset[];
  readonly warnings: readonly Warning[];
}

/** A slice of names (FQDN) contributes nothing, as in kube-proxy and CoreDNS. */
export function readSlice(slice: EndpointSlice): SliceReading {
  if (slice.addressType === "FQDN") return { subsets: [], warnings: [] };
  const object = describeObject("EndpointSlice", slice.metadata);
  const { ports, warnings } = readPorts(object, "ports", slice.ports);
  const endpoints: Endpoint[] = [];
  for (const [index, { addresses, hostname, ready, draining, zones, pod }] of slice.endpoints.entries()) {
    const read = readAddresses(object, addresses, (at) => `endpoints[${index}].addresses[${at}]`);
    warnings.push(...read.warnings);
    for (const address of read.addresses) {
      endpoints.push({
        address,
        ready,
        ...(hostname && { hostname: hostname.toLowerCase() }),
        ...(draining && { draining }),
        ...(!hostname && pod && { pod }),
        ...(zones && { zones: sortedOnce(zones) }),
      });
    }
  }
  return { subsets: byFamily(endpoints).map((endpoints) => ({ ports, endpoints })), warnings };
}

function byFamily(endpoints: readonly Endpoint[]): Endpoint[][] {
  return [...Map.groupBy(endpoints, ({ address }) => addressFamily(address)).values()];
}

/**
 * One subset for each family and set of ports. An address stands in it once: a slice that says it is ready wins, for
 * while endpoints move between slices, they may stand in two (EndpointSlice documentation, "Duplicate endpoints").
 */
export function mergeSlices(slices: readonly (readonly Subset[])[]): Subset[] {
  const subsets = slices.flat().map(({ ports, endpoints }) => {
    const sorted = ports.toSorted(comparePorts);
    return { ports: sorted, endpoints, key: `${familyOf(endpoints)} ${canonicalJson(sorted)}` };
  });
  return [...Map.groupBy(subsets, ({ key }) => key).entries()]
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([, same]) => ({
      ports: same[0]?.ports ?? [],
      endpoints: mergeEndpoints(same.flatMap(({ endpoints }) => endpoints)),
    }));
}

/** Endpoints of a subset are never none, and all of one family. */
function familyOf(endpoints: readonly Endpoint[]): number {
  return addressFamily(endpoints[0]?.address ?? "");
}

function mergeEndpoints(endpoints: readonly Endpoint[]): Endpoint[] {
  const byAddress = Map.groupBy(endpoints.toSorted(compareEndpoints), ({ address }) => address);
  return [...byAddress.values()].flatMap((same) => {
    const [first] = same;
    return first === undefined ? [] : [same.length === 1 ? first : mergeSame(first, same)];
  });
}

/** What DNS names is the first's alone; hints and draining are whoever's says so. */
function mergeSame({ address, ready, hostname, pod }: Endpoint, same: readonly Endpoint[]): Endpoint {
  const zones = sortedOnce(same.flatMap((endpoint) => endpoint.zones ?? []));
  return {
    address,
    ready,
    ...(hostname !== undefined && { hostname }),
    ...(pod !== undefined && { pod }),
    ...(!ready && same.some(({ draining }) => draining) && { draining: true }),
    ...(zones.length > 0 && { zones }),
  };
}

export function sortedOnce(texts: readonly string[]): string[] {
  return [...new Set(texts)].toSorted(compareText);
}

/** By address; the one that stands for an address first: ready, then with a hostname. */
function compareEndpoints(a: Endpoint, b: Endpoint): number {
  if (a.address !== b.address) return compareText(a.address, b.address);
  if (a.ready !== b.ready) return a.ready ? -1 : 1;
  if (a.hostname === b.hostname) return compareText(a.pod ?? "", b.pod ?? "");
  if (a.hostname === undefined || b.hostname === undefined) return a.hostname === undefined ? 1 : -1;
  return compareText(a.hostname, b.hostname);
}

function comparePorts(a: ServicePort, b: ServicePort): number {
  return compareText(a.name, b.name) || compareText(a.protocol, b.protocol) || a.port - b.port;
}
