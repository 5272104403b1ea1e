/** Section `services`: Services with the endpoints of all their slices. */
import { addressFamily, canonicalAddress, type ServiceRecord } from "../../contract/index.ts";
import { type ClusterState, type EndpointSlice, objectKey, type Service } from "../cluster/state.ts";
import type { Warning } from "../warning.ts";
import { mergeSlices, readSlice, sortedOnce } from "./endpoint-subsets.ts";
import { hostKey } from "./hostname.ts";
import { readAddresses } from "./ip-addresses.ts";
import { describeObject, invalidName } from "./objects.ts";
import { readPorts } from "./ports.ts";
import { EVERY_SERVICE, selectServices, type ServiceSelection } from "./selections.ts";
import type { Processed } from "./warnings.ts";

const HEADLESS = "None";

/** @param selection what the resolver's configuration asks for */
export function compileServices(
  state: Pick<ClusterState, "Service" | "EndpointSlice">,
  selection: ServiceSelection = EVERY_SERVICE,
): Processed<"services"> {
  const hidden = selectServices(state, selection.selectors);
  const slices = Map.groupBy(state.EndpointSlice.values(), serviceKeyOf);
  const records = new Map<string, ServiceRecord>();
  const warnings: Warning[] = [];
  for (const service of state.Service.values()) {
    const key = objectKey(service.metadata);
    const read = readService(service, slices.get(key) ?? [], selection, hidden.get(key));
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
function readService(
  service: Service,
  slices: readonly EndpointSlice[],
  { endpointPodNames }: ServiceSelection,
  hiddenFrom: number[] | undefined,
): ReadService {
  const object = describeObject("Service", service.metadata);
  const invalid = invalidName("Service", service.metadata);
  if (invalid !== undefined) return { record: undefined, warnings: [invalid] };
  const read = readPorts(object, "spec.ports", service.ports);
  const external = readExternal(service, object);
  const warnings = [...read.warnings, ...external.warnings];
  const dns = {
    ports: read.ports,
    ...(external.external && { external: external.external }),
    ...(hiddenFrom && { hiddenFrom }),
  };
  if (service.type === "ExternalName") return readExternalName(service, object, dns, warnings);
  const endpoints = slices.map((slice) => readSlice(slice, endpointPodNames));
  const common = { ...dns, subsets: mergeSlices(endpoints.map(({ subsets }) => subsets)) };
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
  dns: Pick<ServiceRecord, "ports" | "external" | "hiddenFrom">,
  warnings: readonly Warning[],
): ReadService {
  const written = service.externalName ?? "";
  const name = written.replace(/\.$/, "");
  // Addresses are allowed here: they balance, though DNS has no CNAME for them (CoreDNS: NXDOMAIN).
  const externalName = canonicalAddress(name) ?? hostKey(name);
  if (externalName !== undefined && !externalName.startsWith("*")) {
    return { record: { kind: "externalName", externalName, ...dns }, warnings };
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

/** Each once, sorted: in the order of a status nothing lies. */
function readExternal(service: Service, object: string) {
  const ingress = service.loadBalancer ?? [];
  const written = [...(service.externalIPs ?? []), ...ingress.flatMap(({ ip }) => ip ?? [])];
  const count = service.externalIPs?.length ?? 0;
  const { addresses, warnings } = readAddresses(object, written, (at) =>
    at < count ? `spec.externalIPs[${at}]` : "status.loadBalancer.ingress",
  );
  // What has an address is not asked for its name (CoreDNS).
  const names = ingress.flatMap(({ ip, hostname }) => (ip === undefined ? (hostname ?? []) : []));
  const hostnames = names.flatMap((name) => {
    const key = hostKey(name.replace(/\.$/, ""));
    return key === undefined || key.startsWith("*") ? [] : [key];
  });
  if (addresses.length === 0 && hostnames.length === 0) return { external: undefined, warnings };
  return { external: { addresses: sortedOnce(addresses), hostnames: sortedOnce(hostnames) }, warnings };
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
