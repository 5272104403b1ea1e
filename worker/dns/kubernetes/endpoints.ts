/** Which addresses and SRV targets a Service stands for. Pure; the rules are those of CoreDNS's kubernetes plugin. */
import {
  type Endpoint,
  endpointLabel,
  type PluginConfig,
  type ServicePort,
  type ServiceRecord,
  type Subset,
} from "../../../contract/index.ts";
import type { PortSelector, ServiceSubject } from "./subject.ts";

export type AddressedService = Exclude<ServiceRecord, { kind: "externalName" }>;

export type EndpointOptions = Pick<PluginConfig<"kubernetes">, "noEndpoints" | "endpointPodNames">;

interface SrvTarget {
  /** The label below the Service's name; `undefined` for the Service itself. */
  readonly label: string | undefined;
  readonly address: string;
  /** `undefined` where no ports are named: such a target counts, but has no SRV record. */
  readonly port: number | undefined;
}

const NO_PORT = [undefined] as const;
const NO_SUBSETS: readonly Subset[] = [];

/** The addresses behind a name, each once, in the snapshot's order. None: the name does not exist. */
export function addressesOf(
  service: AddressedService,
  subject: ServiceSubject,
  options: EndpointOptions,
): readonly string[] {
  if (service.kind === "clusterIP" && subject.endpoint === undefined) {
    return hasPort(service.ports, subject.port) ? service.clusterIPs : [];
  }
  const addresses = new Set<string>();
  for (const subset of subsetsOf(service, options)) {
    if (!hasPort(subset.ports, subject.port)) continue;
    for (const endpoint of subset.endpoints) {
      if (isNamed(service, endpoint, subject.endpoint, options)) addresses.add(endpoint.address);
    }
  }
  return [...addresses];
}

/** One target for every address and port, the same one twice where the snapshot has it twice. */
export function srvTargetsOf(
  service: AddressedService,
  subject: ServiceSubject,
  options: EndpointOptions,
): SrvTarget[] {
  const targets: SrvTarget[] = [];
  if (service.kind === "clusterIP" && subject.endpoint === undefined) {
    for (const port of selectPorts(service.ports, subject.port)) {
      for (const address of service.clusterIPs) targets.push({ label: undefined, address, port: port?.port });
    }
    return targets;
  }
  for (const { ports, endpoints } of subsetsOf(service, options)) {
    const selected = selectPorts(ports, subject.port);
    for (const endpoint of endpoints) {
      if (!isNamed(service, endpoint, subject.endpoint, options)) continue;
      const label = labelOf(endpoint, options);
      for (const port of selected) targets.push({ label, address: endpoint.address, port: port?.port });
    }
  }
  return targets;
}

/** The endpoint's label below its Service's name: its hostname, where asked for its pod, or its address. */
export function labelOf(endpoint: Endpoint, { endpointPodNames }: EndpointOptions): string {
  const pod = endpointPodNames && !endpoint.hostname ? endpoint.pod : undefined;
  return pod ?? endpointLabel(endpoint);
}

/** Those that have names in DNS: terminating ones are not ready either. */
export function isPublished(service: AddressedService, { ready }: Endpoint): boolean {
  return ready || (service.kind === "headless" && service.publishNotReady);
}

export function subsetsOf(service: AddressedService, { noEndpoints }: EndpointOptions): readonly Subset[] {
  return noEndpoints ? NO_SUBSETS : service.subsets;
}

export function hasReadyEndpoint(service: AddressedService, options: EndpointOptions): boolean {
  return subsetsOf(service, options).some(({ endpoints }) => endpoints.some(({ ready }) => ready));
}

function hasPort(ports: readonly ServicePort[], selector: PortSelector | undefined): boolean {
  if (selector === undefined) return true;
  return ports.length === 0 ? isAny(selector) : ports.some((port) => isPort(port, selector));
}

/** Without ports there is one that nothing names, which any selector without names takes. */
export function selectPorts(
  ports: readonly ServicePort[],
  selector: PortSelector | undefined,
): readonly (ServicePort | undefined)[] {
  if (ports.length === 0) return selector === undefined || isAny(selector) ? NO_PORT : [];
  return selector === undefined ? ports : ports.filter((port) => isPort(port, selector));
}

function isNamed(
  service: AddressedService,
  endpoint: Endpoint,
  label: string | undefined,
  options: EndpointOptions,
): boolean {
  if (!isPublished(service, endpoint)) return false;
  return label === undefined || labelOf(endpoint, options).toLowerCase() === label;
}

function isPort(port: ServicePort, { name, protocol }: PortSelector): boolean {
  return (
    (name === "" || port.name.toLowerCase() === name) &&
    (protocol === "" || port.protocol.toLowerCase() === protocol)
  );
}

export function isAny({ name, protocol }: PortSelector): boolean {
  return name === "" && protocol === "";
}
