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
import { additions, type Change, changesBetween, withChanges } from "./incremental/changes.ts";
import { Groups } from "./incremental/groups.ts";
import { WarningLedger } from "./incremental/warning-ledger.ts";
import { readAddresses } from "./ip-addresses.ts";
import { describeObject, invalidName } from "./objects.ts";
import { compareText } from "./text-order.ts";
import type { Processed } from "./warnings.ts";

/** Phases of pods that no longer own their addresses, or may not. */
const GONE: ReadonlySet<string> = new Set(["Succeeded", "Failed", "Unknown"]);

interface NamedAddress {
  readonly address: string;
  readonly name: AddressName;
  readonly of: "cluster" | "endpoint" | "external" | "pod";
}

/** Block by block: whatever bears on an address has the very same one. */
export class Addresses {
  readonly #named = new Groups<NamedAddress>(isSame);
  #pods: ReadonlyMap<string, Pod> = new Map();
  #records: ReadonlyMap<string, AddressRecord> = new Map();

  /**
   * @param services records, so that a name here is always one that the Service answers to.
   * @param pods those whose existence the pod zone is to verify; none in its other modes.
   * @returns how many blocks were made anew
   */
  update(
    services: readonly Change<ServiceRecord>[],
    pods: ReadonlyMap<string, Pod>,
    ledger: WarningLedger,
  ): number {
    for (const { key, after } of services) this.#set(`Service ${key}`, serviceAddresses(key, after));
    for (const { key, after } of changesBetween(this.#pods, pods)) {
      const { addresses, warnings } = after === undefined ? NO_POD : podAddresses(after);
      ledger.set(`Pod ${key}`, warnings);
      this.#set(`Pod ${key}`, addresses);
    }
    this.#pods = pods;
    const dirty = this.#named.takeDirty();
    if (dirty.size === 0) return 0;
    const changes = Array.from(dirty, (key) => ({
      key,
      before: undefined,
      after: this.#named.has(key) ? addressRecord(this.#named.items(key)) : undefined,
    }));
    this.#records = withChanges(this.#records, changes);
    return dirty.size;
  }

  /** The same map while nothing has changed. */
  records(): ReadonlyMap<string, AddressRecord> {
    return this.#records;
  }

  #set(owner: string, addresses: readonly NamedAddress[]): void {
    this.#named.set(
      owner,
      Map.groupBy(addresses, ({ address }) => addressBlock(address)),
    );
  }
}

const NO_POD: { addresses: NamedAddress[]; warnings: Warning[] } = { addresses: [], warnings: [] };

/** All at once. @param pods those whose existence the pod zone is to verify; none in its other modes. */
export function compileAddresses(
  services: ReadonlyMap<string, ServiceRecord>,
  pods: readonly Pod[],
): Processed<"addresses"> {
  const addresses = new Addresses();
  const ledger = new WarningLedger();
  const present = new Map(pods.map((pod) => [objectKey(pod.metadata), pod]));
  addresses.update(additions(services), present, ledger);
  return { records: addresses.records(), warnings: ledger.sorted() };
}

function isSame(a: NamedAddress, b: NamedAddress): boolean {
  return a.address === b.address && a.of === b.of && textOf(a.name) === textOf(b.name);
}

/** Names of one owner differ in nothing else. */
function textOf(name: AddressName): string {
  return "endpoint" in name ? (name.endpoint ?? "") : "";
}

/** A cluster address hides endpoints of the same address, as in CoreDNS's reverse lookup. */
function addressRecord(named: readonly NamedAddress[]): AddressRecord {
  const taken = new Set(named.flatMap((it) => (it.of === "cluster" ? [it.address] : [])));
  const shown = named.filter((it) => it.of !== "endpoint" || !taken.has(it.address));
  const byAddress = Map.groupBy(shown, ({ address }) => address);
  return {
    names: Object.fromEntries(
      [...byAddress].map(([address, same]) => [address, sortedNames(same.map(({ name }) => name))]),
    ),
  };
}

function sortedNames(names: readonly AddressName[]): AddressName[] {
  if (names.length === 1) return [...names];
  const byText = new Map(names.map((name) => [canonicalJson(name), name]));
  return [...byText].toSorted(([a], [b]) => compareText(a, b)).map(([, name]) => name);
}

function serviceAddresses(key: string, record: ServiceRecord | undefined): NamedAddress[] {
  if (record === undefined) return [];
  return [
    ...clusterAddresses(key, record),
    ...endpointAddresses(key, record),
    ...externalAddresses(key, record),
  ];
}

function clusterAddresses(service: string, record: ServiceRecord): NamedAddress[] {
  if (record.kind !== "clusterIP") return [];
  return record.clusterIPs.map((address) => ({ address, name: { service }, of: "cluster" }));
}

function externalAddresses(external: string, record: ServiceRecord): NamedAddress[] {
  return (record.external?.addresses ?? []).map((address) => ({
    address,
    name: { external },
    of: "external",
  }));
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
      of: "endpoint",
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
  return { addresses: addresses.map((address) => ({ address, name, of: "pod" })), warnings };
}
