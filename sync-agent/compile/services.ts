/** Section `services`: Services with the endpoints of all their slices. */
import {
  addressFamily,
  canonicalAddress,
  type ServicePort,
  type ServiceRecord,
} from "../../contract/index.ts";
import { type ClusterState, type EndpointSlice, objectKey, type Service } from "../cluster/state.ts";
import type { Warning } from "../warning.ts";
import { mergeSlices, readSlice } from "./endpoint-subsets.ts";
import { hostKey } from "./hostname.ts";
import { readAddresses } from "./ip-addresses.ts";
import { describeObject, invalidName } from "./objects.ts";
import { readPorts } from "./ports.ts";
import type { Processed } from "./warnings.ts";

const HEADLESS = "None";

export function compileServices(
  state: Pick<ClusterState, "Service" | "EndpointSlice">,
): Processed<"services"> {
  const slices = Map.groupBy(state.EndpointSlice.values(), serviceKeyOf);
  const records = new Map<string, ServiceRecord>();
  const warnings: Warning[] = [];
  for (const service of state.Service.values()) {
    const key = objectKey(service.metadata);
    const read = readService(service, slices.get(key) ?? []);
    warnings.push(...read.warnings);
    if (read.record !== undefined) records.set(key, read.record);
  }
  return { records, warnings };
}

function serviceKeyOf({ metadata, serviceName }: EndpointSlice): string | undefined {
  return serviceName === undefined
    ? undefined
    : objectKey({ namespace: metadata.namespace, name: serviceName });
}

interface ReadService {
  readonly record: ServiceRecord | undefined;
  readonly warnings: readonly Warning[];
}

/** A Service that no cluster has given an address yet (a manifest) balances all the same, and has no A record. */
function readService(service: Service, slices: readonly EndpointSlice[]): ReadService {
  const object = describeObject("Service", service.metadata);
  const invalid = invalidName("Service", service.metadata);
  if (invalid !== undefined) return { record: undefined, warnings: [invalid] };
  const { ports, warnings } = readPorts(object, "spec.ports", service.ports);
  if (service.type === "ExternalName") return readExternalName(service, object, ports, warnings);
  const endpoints = slices.map(readSlice);
  const common = { ports, subsets: mergeSlices(endpoints.map(({ subsets }) => subsets)) };
  const ignored = [...warnings, ...endpoints.flatMap(({ warnings }) => warnings)];
  if (service.clusterIPs[0] === HEADLESS) {
    const publishNotReady = service.publishNotReadyAddresses;
    return { record: { kind: "headless", publishNotReady, ...common }, warnings: ignored };
  }
  const cluster = readClusterIPs(service, object);
  return {
    record: { kind: "clusterIP", clusterIPs: cluster.addresses, ...common },
    warnings: [...ignored, ...cluster.warnings],
  };
}

function readExternalName(
  service: Service,
  object: string,
  ports: ServicePort[],
  warnings: readonly Warning[],
): ReadService {
  const written = service.externalName ?? "";
  const name = written.replace(/\.$/, "");
  // Addresses are allowed here: they balance, though DNS has no CNAME for them (CoreDNS: NXDOMAIN).
  const externalName = canonicalAddress(name) ?? hostKey(name);
  if (externalName !== undefined && !externalName.startsWith("*")) {
    return { record: { kind: "externalName", externalName, ports }, warnings };
  }
  const invalid: Warning = {
    object,
    field: "spec.externalName",
    reason: "ObjectInvalid",
    message: `"${written}" is not a hostname; the Service is not served.`,
    remedy: "Write the hostname that the Service stands for.",
  };
  return { record: undefined, warnings: [...warnings, invalid] };
}

/** One address a family, in the Service's order: the first is its primary family. */
function readClusterIPs(service: Service, object: string): { addresses: string[]; warnings: Warning[] } {
  // Empty stands for one that the cluster has yet to choose.
  const written = service.clusterIPs.filter((text) => text !== "");
  const { addresses, warnings } = readAddresses(object, written, (at) => `spec.clusterIPs[${at}]`);
  const firstOfFamily = (address: string) =>
    addresses.find((it) => addressFamily(it) === addressFamily(address));
  return { addresses: addresses.filter((address) => address === firstOfFamily(address)), warnings };
}
