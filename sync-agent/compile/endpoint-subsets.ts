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
  for (const [index, { addresses, hostname, ready }] of slice.endpoints.entries()) {
    const read = readAddresses(object, addresses, (at) => `endpoints[${index}].addresses[${at}]`);
    warnings.push(...read.warnings);
    for (const address of read.addresses) {
      endpoints.push(hostname ? { address, ready, hostname: hostname.toLowerCase() } : { address, ready });
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
  const sorted = endpoints.toSorted(compareEndpoints);
  return sorted.filter(({ address }, index) => address !== sorted[index - 1]?.address);
}

/** By address; the one that stands for an address first: ready, then with a hostname. */
function compareEndpoints(a: Endpoint, b: Endpoint): number {
  if (a.address !== b.address) return compareText(a.address, b.address);
  if (a.ready !== b.ready) return a.ready ? -1 : 1;
  if (a.hostname === b.hostname) return 0;
  if (a.hostname === undefined || b.hostname === undefined) return a.hostname === undefined ? 1 : -1;
  return compareText(a.hostname, b.hostname);
}

function comparePorts(a: ServicePort, b: ServicePort): number {
  return compareText(a.name, b.name) || compareText(a.protocol, b.protocol) || a.port - b.port;
}
