/** Section `addresses`: what reverse DNS answers, and which pods exist where the pod zone is verified. */
import {
  addressBlock,
  type AddressName,
  type AddressRecord,
  canonicalJson,
  endpointLabel,
  type ServiceRecord,
} from "../../contract/index.ts";
import { objectKey, type Pod } from "../cluster/state.ts";
import type { Warning } from "../warning.ts";
import { readAddresses } from "./ip-addresses.ts";
import { describeObject, invalidName } from "./objects.ts";
import { compareText } from "./text-order.ts";
import type { Processed } from "./warnings.ts";

/** Phases of pods that no longer own their addresses, or may not. */
const GONE: ReadonlySet<string> = new Set(["Succeeded", "Failed", "Unknown"]);

interface NamedAddress {
  readonly address: string;
  readonly name: AddressName;
}

/**
 * @param services records, so that a name here is always one that the Service answers to.
 * @param pods those whose existence the pod zone is to verify; none in its other modes.
 */
export function compileAddresses(
  services: ReadonlyMap<string, ServiceRecord>,
  pods: readonly Pod[],
): Processed<"addresses"> {
  const cluster = [...services].flatMap(([key, record]) => clusterAddresses(key, record));
  const taken = new Set(cluster.map(({ address }) => address));
  // A cluster address hides endpoints of the same address, as in CoreDNS's reverse lookup.
  const endpoints = [...services]
    .flatMap(([key, record]) => endpointAddresses(key, record))
    .filter(({ address }) => !taken.has(address));
  const read = pods.map(podAddresses);
  const external = [...services].flatMap(([key, record]) => externalAddresses(key, record));
  const named = [...cluster, ...endpoints, ...external, ...read.flatMap(({ addresses }) => addresses)];
  const blocks = Map.groupBy(named, ({ address }) => addressBlock(address));
  const records = new Map([...blocks].map(([block, inBlock]) => [block, addressRecord(inBlock)]));
  return { records, warnings: read.flatMap(({ warnings }) => warnings) };
}

function addressRecord(named: readonly NamedAddress[]): AddressRecord {
  const byAddress = Map.groupBy(named, ({ address }) => address);
  return {
    names: Object.fromEntries(
      [...byAddress].map(([address, same]) => [address, sortedNames(same.map(({ name }) => name))]),
    ),
  };
}

function sortedNames(names: readonly AddressName[]): AddressName[] {
  const byText = new Map(names.map((name) => [canonicalJson(name), name]));
  return [...byText].toSorted(([a], [b]) => compareText(a, b)).map(([, name]) => name);
}

function clusterAddresses(service: string, record: ServiceRecord): NamedAddress[] {
  if (record.kind !== "clusterIP") return [];
  return record.clusterIPs.map((address) => ({ address, name: { service } }));
}

function externalAddresses(external: string, record: ServiceRecord): NamedAddress[] {
  return (record.external?.addresses ?? []).map((address) => ({ address, name: { external } }));
}

/** CoreDNS lists the endpoints of Services with a cluster address as well: such names resolve below the Service. */
function endpointAddresses(service: string, record: ServiceRecord): NamedAddress[] {
  if (record.kind === "externalName") return [];
  const publishNotReady = record.kind === "headless" && record.publishNotReady;
  return record.subsets
    .flatMap(({ endpoints }) => endpoints)
    .filter(({ ready }) => ready || publishNotReady)
    .map((endpoint) => ({
      address: endpoint.address,
      name: { service, endpoint: endpointLabel(endpoint) },
    }));
}

/** CoreDNS knows pods that own an address, by the first of theirs. */
function podAddresses(pod: Pod): { addresses: NamedAddress[]; warnings: Warning[] } {
  if (GONE.has(pod.phase)) return { addresses: [], warnings: [] };
  const invalid = invalidName("Pod", pod.metadata);
  if (invalid !== undefined) return { addresses: [], warnings: [invalid] };
  const object = describeObject("Pod", pod.metadata);
  const { addresses, warnings } = readAddresses(
    object,
    pod.podIPs.slice(0, 1),
    (at) => `status.podIPs[${at}].ip`,
  );
  const name = { pod: objectKey(pod.metadata) };
  return { addresses: addresses.map((address) => ({ address, name })), warnings };
}
