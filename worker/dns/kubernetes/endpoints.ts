/** Which addresses and SRV targets a Service stands for. Pure; the rules are those of CoreDNS's kubernetes plugin. */
import {
  type Endpoint,
  endpointLabel,
  type ServicePort,
  type ServiceRecord,
} from "../../../contract/index.ts";
import type { PortSelector, ServiceSubject } from "./subject.ts";

export type AddressedService = Exclude<ServiceRecord, { kind: "externalName" }>;

interface SrvTarget {
  /** The label below the Service's name; `undefined` for the Service itself. */
  readonly label: string | undefined;
  readonly address: string;
  /** `undefined` where a headless Service names no ports: such a target counts, but has no SRV record. */
  readonly port: number | undefined;
}

const NO_PORT = [undefined] as const;

/** The addresses behind a name, each once, in the snapshot's order. None: the name does not exist. */
export function addressesOf(service: AddressedService, subject: ServiceSubject): readonly string[] {
  if (service.kind === "clusterIP" && subject.endpoint === undefined) {
    return hasPort(service.ports, subject.port) ? service.clusterIPs : [];
  }
  const addresses = new Set<string>();
  for (const subset of service.subsets) {
    if (!hasPort(subset.ports, subject.port)) continue;
    for (const endpoint of subset.endpoints) {
      if (isNamed(service, endpoint, subject.endpoint)) addresses.add(endpoint.address);
    }
  }
  return [...addresses];
}

/** One target for every address and port, the same one twice where the snapshot has it twice. */
export function srvTargetsOf(service: AddressedService, subject: ServiceSubject): SrvTarget[] {
  const targets: SrvTarget[] = [];
  if (service.kind === "clusterIP" && subject.endpoint === undefined) {
    for (const port of service.ports) {
      if (!isPort(port, subject.port)) continue;
      for (const address of service.clusterIPs) targets.push({ label: undefined, address, port: port.port });
    }
    return targets;
  }
  for (const { ports, endpoints } of service.subsets) {
    for (const endpoint of endpoints) {
      if (!isNamed(service, endpoint, subject.endpoint)) continue;
      const label = endpointLabel(endpoint);
      for (const port of ports.length === 0 ? NO_PORT : ports) {
        if (port !== undefined && !isPort(port, subject.port)) continue;
        if (port === undefined && subject.port !== undefined) continue;
        targets.push({ label, address: endpoint.address, port: port?.port });
      }
    }
  }
  return targets;
}

function isNamed(service: AddressedService, endpoint: Endpoint, label: string | undefined): boolean {
  if (!endpoint.ready && !(service.kind === "headless" && service.publishNotReady)) return false;
  return label === undefined || endpointLabel(endpoint).toLowerCase() === label;
}

function hasPort(ports: readonly ServicePort[], selector: PortSelector | undefined): boolean {
  return selector === undefined || ports.some((port) => isPort(port, selector));
}

function isPort(port: ServicePort, selector: PortSelector | undefined): boolean {
  if (selector === undefined) return true;
  return port.name.toLowerCase() === selector.name && port.protocol.toLowerCase() === selector.protocol;
}
