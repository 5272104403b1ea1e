/** Which endpoints of a Service's port are balanced over. Pure. */
import { addressFamily, type Endpoint, type ServiceRecord } from "../../../contract/index.ts";

export interface Targets {
  /** `10.244.3.7:8080` each, an IPv6 address in brackets. */
  readonly addresses: readonly string[];
  /** Those that are going away and still serve, where others are used. */
  readonly draining: readonly string[];
}

const NONE: Targets = { addresses: [], draining: [] };

interface Found {
  readonly endpoint: Endpoint;
  readonly port: number;
}

/**
 * Ready endpoints; where there are none, those that serve on while they terminate (KEP-1669). Of a dual-stack Service
 * one family is used, its primary one where that has any, so that a pod counts once. An ExternalName is its own single
 * endpoint.
 *
 * @param port by its number in the Service
 * @param zone the one to keep to, where the cluster has assigned endpoints to it
 */
export function targetsOf(service: ServiceRecord, port: number, zone: string | undefined): Targets {
  if (service.kind === "externalName") {
    return { addresses: [authority(service.externalName, port)], draining: [] };
  }
  const wanted = service.ports.find((candidate) => candidate.port === port && candidate.protocol === "TCP");
  if (wanted === undefined) return NONE;
  const all: Found[] = service.subsets.flatMap(({ ports, endpoints }) => {
    const target = ports.find(({ name, protocol }) => name === wanted.name && protocol === "TCP");
    return target === undefined ? [] : endpoints.map((endpoint) => ({ endpoint, port: target.port }));
  });
  const primary = service.kind === "clusterIP" ? service.clusterIPs[0] : undefined;
  const ready = ofOneFamily(
    all.filter(({ endpoint }) => endpoint.ready),
    primary,
  );
  const draining = ofOneFamily(
    all.filter(({ endpoint }) => endpoint.draining === true),
    primary,
  ).map(addressOf);
  if (ready.length === 0) return { addresses: draining, draining: [] };
  return { addresses: inZone(ready, zone).map(addressOf), draining };
}

/** The Service's own address, behind which the cluster balances; `undefined` where it has none. */
export function clusterAddressOf(service: ServiceRecord, port: number): string | undefined {
  if (service.kind !== "clusterIP") return undefined;
  const [address] = service.clusterIPs;
  return address === undefined ? undefined : authority(address, port);
}

function ofOneFamily(found: readonly Found[], primary: string | undefined): readonly Found[] {
  const family = addressFamily(primary ?? "0.0.0.0");
  const preferred = found.filter(({ endpoint }) => addressFamily(endpoint.address) === family);
  return preferred.length > 0 ? preferred : found;
}

/**
 * As kube-proxy follows hints (Kubernetes "Topology Aware Routing", safeguards): only where every endpoint has one, and
 * some have one for this zone.
 */
function inZone(found: readonly Found[], zone: string | undefined): readonly Found[] {
  if (zone === undefined || !found.every(({ endpoint }) => endpoint.zones !== undefined)) return found;
  const near = found.filter(({ endpoint }) => endpoint.zones?.includes(zone));
  return near.length > 0 ? near : found;
}

function addressOf({ endpoint, port }: Found): string {
  return authority(endpoint.address, port);
}

function authority(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
