/** What the system host keeps of each shard to show a whole cluster: a line a record, not the record. Pure. */
import type {
  CertificateRecord,
  HostRecord,
  Route,
  ServiceRecord,
  ShardRecords,
  ZoneRecord,
} from "../../../contract/index.ts";
import { type CertificateChain, certificateChain } from "./certificate-chain.ts";

export interface HostLine {
  readonly name: string;
  /** Lower case: its name, its Ingresses and its Services. What a search looks into. */
  readonly text: string;
  readonly routes: number;
  /** Routes that lead to no Service, and answer 503 therefore. */
  readonly dead: number;
  /** `namespace/name`. */
  readonly ingresses: readonly string[];
  readonly ways: readonly Way[];
}

/** Routes of a host that lead to the same Services. */
export interface Way {
  /** `namespace/name`. */
  readonly services: readonly string[];
  readonly routes: number;
  /** Another Service answers where these have no endpoint. */
  readonly hasStandIn: boolean;
}

/** How many endpoints a Service has. A name elsewhere counts as one that is ready: nobody here knows better. */
export interface EndpointCounts {
  readonly ready: number;
  readonly notReady: number;
  readonly draining: number;
}

export type ServiceSummary = ReadonlyMap<string, EndpointCounts>;

export interface CertificateLine {
  readonly name: string;
  /** The Secret it comes from, `namespace/name`. */
  readonly secret: string;
  /** Seconds since 1970. */
  readonly notAfter: number;
  readonly chain: CertificateChain;
}

export interface ZoneSummary {
  /** Names of views. */
  readonly views: readonly string[];
  readonly files: readonly { readonly zone: string; readonly source: string; readonly names: number }[];
  readonly published: number;
  readonly tokens: number;
}

/** Of one host's Ingresses and Services, so many characters are searched. */
const MOST_TEXT = 2_000;

export function summariseHosts(records: ShardRecords<"hosts">): readonly HostLine[] {
  return Array.from(records, ([name, record]) => hostLine(name, record));
}

function hostLine(name: string, { routes }: HostRecord): HostLine {
  const ingresses = new Set<string>();
  const ways = new Map<string, { services: readonly string[]; routes: number; hasStandIn: boolean }>();
  let dead = 0;
  for (const route of routes) {
    ingresses.add(route.ingress);
    if (isDead(route)) dead++;
    const services = servicesOf(route);
    if (services.length === 0) continue;
    const hasStandIn = route.filters?.standIn !== undefined;
    const key = `${services.join(" ")} ${hasStandIn}`;
    const way = ways.get(key);
    if (way === undefined) ways.set(key, { services, routes: 1, hasStandIn });
    else way.routes++;
  }
  const words = new Set([
    name,
    ...ingresses,
    ...Array.from(ways.values(), ({ services }) => services).flat(),
  ]);
  return {
    name,
    text: [...words].join(" ").slice(0, MOST_TEXT).toLowerCase(),
    routes: routes.length,
    dead,
    ingresses: [...ingresses],
    ways: [...ways.values()],
  };
}

/** It sends requests nowhere, and no filter answers in its stead. */
function isDead(route: Route): boolean {
  return route.filters?.redirect === undefined && servicesOf(route).length === 0;
}

/** None where every request is sent elsewhere. */
function servicesOf({ backends, filters }: Route): string[] {
  if (filters?.redirect !== undefined) return [];
  const all = filters?.canary === undefined ? backends : [...backends, filters.canary];
  return [...new Set(all.map(({ service }) => service))];
}

export function summariseServices(records: ShardRecords<"services">): ServiceSummary {
  return new Map(Array.from(records, ([name, record]) => [name, endpointCounts(record)]));
}

export function endpointCounts(record: ServiceRecord): EndpointCounts {
  if (record.kind === "externalName") return { ready: 1, notReady: 0, draining: 0 };
  let [ready, notReady, draining] = [0, 0, 0];
  for (const { endpoints } of record.subsets) {
    for (const endpoint of endpoints) {
      if (endpoint.ready) ready++;
      else if (endpoint.draining === true) draining++;
      else notReady++;
    }
  }
  return { ready, notReady, draining };
}

export function summariseCertificates(records: ShardRecords<"certificates">): readonly CertificateLine[] {
  return Array.from(records, ([name, record]) => certificateLine(name, record));
}

export function certificateLine(
  name: string,
  { secret, notAfter, chain }: CertificateRecord,
): CertificateLine {
  return { name, secret, notAfter, chain: certificateChain(chain) };
}

export function summariseZones(records: ShardRecords<"zones">): ZoneSummary {
  const views: string[] = [];
  const files: ZoneSummary["files"][number][] = [];
  let [published, tokens] = [0, 0];
  for (const [key, record] of records) {
    const name = key.slice(key.indexOf("/") + 1);
    if (record.kind === "view") views.push(name);
    else if (record.kind === "file") files.push(fileLine(name, record));
    else if (record.kind === "published") published++;
    // Their keys are digests of secrets: they are counted and not shown.
    else if (record.kind === "token") tokens++;
  }
  return { views, files, published, tokens };
}

function fileLine(zone: string, { source, names }: Extract<ZoneRecord, { kind: "file" }>) {
  return { zone, source, names: Object.keys(names).length };
}
