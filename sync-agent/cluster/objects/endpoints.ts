/** Endpoints, v1: the older list of a Service's endpoints, turned into slices as the cluster's mirroring does. */
import * as z from "zod";
import { addressFamily } from "../../../contract/index.ts";
import type { EndpointSlice, Metadata } from "../state.ts";
import { dnsLabel, ipAddress, listOf, optionalText, optionalTextOf, section } from "./fields.ts";
import { namespacedMetadata } from "./metadata.ts";
import { checkPortNames, servicePort } from "./ports.ts";

/** Its slices are the Service's only where the state holds no real EndpointSlice of the Service. */
export interface Endpoints {
  readonly metadata: Metadata;
  readonly slices: readonly EndpointSlice[];
}

const address = z.object({
  ip: ipAddress,
  hostname: optionalTextOf(dnsLabel),
  targetRef: section(z.object({ name: optionalText })),
});

const subset = z
  .object({
    addresses: listOf(address),
    notReadyAddresses: listOf(address),
    ports: listOf(servicePort),
  })
  .superRefine(({ ports }, context) =>
    checkPortNames(ports, "never beside others", (message, path) =>
      context.addIssue({ code: "custom", message, path: [...path] }),
    ),
  );
type Subset = z.output<typeof subset>;

/** One slice for each address family that the subset has. */
function slicesOf(metadata: Metadata, { addresses, notReadyAddresses, ports }: Subset, index: number) {
  const all = [
    ...addresses.map((address) => ({ ...address, ready: true })),
    ...notReadyAddresses.map((address) => ({ ...address, ready: false })),
  ];
  return (["IPv4", "IPv6"] as const).flatMap((addressType): EndpointSlice[] => {
    const family = addressType === "IPv4" ? 4 : 6;
    const endpoints = all
      .filter(({ ip }) => addressFamily(ip) === family)
      .map(({ ip, hostname, ready, targetRef: { name } }) => {
        const addresses = [ip];
        return name === undefined
          ? { addresses, hostname, ready }
          : { addresses, hostname, ready, pod: name };
      });
    if (endpoints.length === 0) return [];
    // No EndpointSlice can be called this, so the names never clash.
    const name = `endpoints:${metadata.name}:${index}:${addressType}`;
    return [{ metadata: { ...metadata, name }, serviceName: metadata.name, addressType, ports, endpoints }];
  });
}

export const endpoints = z
  .object({ metadata: namespacedMetadata(), subsets: listOf(subset) })
  .transform(({ metadata, subsets }): Endpoints => ({
    metadata,
    slices: subsets.flatMap((subset, index) => slicesOf(metadata, subset, index)),
  }));
