/** Section `services`: Services with the endpoints of all their slices. */
import { addressFamily, canonicalAddress, type ServiceRecord } from "../../contract/index.ts";
import { type ClusterState, type EndpointSlice, objectKey, type Service } from "../cluster/state.ts";
import type { Warning } from "../warning.ts";
import { mergeSlices, readSlice, type SliceReading, sortedOnce } from "./endpoint-subsets.ts";
import { hostKey } from "./hostname.ts";
import { additions, type Change, type StateChanges, withChanges } from "./incremental/changes.ts";
import { Groups } from "./incremental/groups.ts";
import { WarningLedger } from "./incremental/warning-ledger.ts";
import { readAddresses } from "./ip-addresses.ts";
import { describeObject, invalidName } from "./objects.ts";
import { readPorts } from "./ports.ts";
import { EVERY_SERVICE, hiddenFrom, isSameSelection, type ServiceSelection } from "./selections.ts";
import type { Processed } from "./warnings.ts";

const HEADLESS = "None";

export class Services {
  readonly #slices = new Groups<EndpointSlice>();
  readonly #read = new WeakMap<EndpointSlice, SliceReading>();
  #selection: ServiceSelection = EVERY_SERVICE;
  #records: ReadonlyMap<string, ServiceRecord> = new Map();

  /**
   * @param selection what the resolver's configuration asks for
   * @returns the records that are other ones than before
   */
  update(
    { Service: changed, EndpointSlice: slices }: Pick<StateChanges, "Service" | "EndpointSlice">,
    services: ReadonlyMap<string, Service>,
    selection: ServiceSelection,
    ledger: WarningLedger,
  ): Change<ServiceRecord>[] {
    for (const { key, after } of slices) {
      const service = after && serviceKeyOf(after);
      this.#slices.set(key, after && service !== undefined ? new Map([[service, [after]]]) : NO_SLICES);
    }
    const affected = new Set([...changed.map(({ key }) => key), ...this.#slices.takeDirty()]);
    if (!isSameSelection(selection, this.#selection)) {
      this.#selection = selection;
      for (const key of services.keys()) affected.add(key);
    }
    const changes: Change<ServiceRecord>[] = [];
    for (const key of affected) {
      const service = services.get(key);
      const { record, warnings } = service === undefined ? NO_SERVICE : this.#readService(key, service);
      ledger.set(`Service ${key}`, warnings);
      const before = this.#records.get(key);
      if (before !== undefined || record !== undefined) changes.push({ key, before, after: record });
    }
    if (changes.length > 0) this.#records = withChanges(this.#records, changes);
    return changes;
  }

  /** The same map while nothing has changed. */
  records(): ReadonlyMap<string, ServiceRecord> {
    return this.#records;
  }

  #readService(key: string, service: Service): ReadService {
    const { selectors } = this.#selection;
    const slices = this.#slices.items(key).map((slice) => this.#readSlice(slice));
    return readService(service, slices, hiddenFrom(service, selectors));
  }

  /** A Service may have a thousand slices of which one has changed. */
  #readSlice(slice: EndpointSlice): SliceReading {
    const known = this.#read.get(slice);
    if (known !== undefined) return known;
    const reading = readSlice(slice);
    this.#read.set(slice, reading);
    return reading;
  }
}

const NO_SERVICE: ReadService = { record: undefined, warnings: [] };
const NO_SLICES: ReadonlyMap<string, readonly EndpointSlice[]> = new Map();

/** All at once. */
export function compileServices(
  state: Pick<ClusterState, "Service" | "EndpointSlice">,
  selection: ServiceSelection = EVERY_SERVICE,
): Processed<"services"> {
  const services = new Services();
  const ledger = new WarningLedger();
  const changes = { Service: additions(state.Service), EndpointSlice: additions(state.EndpointSlice) };
  services.update(changes, state.Service, selection, ledger);
  return { records: services.records(), warnings: ledger.sorted() };
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
  endpoints: readonly SliceReading[],
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
