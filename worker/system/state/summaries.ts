/** What the system host keeps of each shard to show a whole cluster: a line a record, not the record. Pure. */
import type {
  CertificateRecord,
  HostRecord,
  Route,
  ServiceRecord,
  ShardRecords,
  ZoneRecord,
} from "../../../contract/index.ts";

export interface HostLine {
  readonly name: string;
  /** Lower case: its name, its Ingresses and its Services. What a search looks into. */
  readonly text: string;
  readonly routes: number;
  /** Routes that lead to no Service. */
  readonly dead: number;
}

export interface HostSummary {
  readonly lines: readonly HostLine[];
  /** `namespace/name:port` of every Service that a route leads to. */
  readonly backends: readonly string[];
}

export interface ServiceSummary {
  readonly services: number;
  readonly ready: number;
  readonly notReady: number;
  readonly draining: number;
  /** Those that have no ready endpoint, though they are no name elsewhere. */
  readonly without: readonly string[];
}

export interface CertificateLine {
  readonly name: string;
  /** The Secret it comes from, `namespace/name`. */
  readonly secret: string;
  /** Seconds since 1970. */
  readonly notAfter: number;
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

export function summariseHosts(records: ShardRecords<"hosts">): HostSummary {
  const lines: HostLine[] = [];
  const backends = new Set<string>();
  for (const [name, record] of records) {
    lines.push(hostLine(name, record));
    for (const route of record.routes) for (const backend of backendsOf(route)) backends.add(backend);
  }
  return { lines, backends: [...backends] };
}

function hostLine(name: string, { routes }: HostRecord): HostLine {
  const words = new Set([name]);
  let dead = 0;
  for (const route of routes) {
    words.add(route.ingress);
    for (const { service } of route.backends) words.add(service);
    if (isDead(route)) dead++;
  }
  return { name, text: [...words].join(" ").slice(0, MOST_TEXT).toLowerCase(), routes: routes.length, dead };
}

/** It sends requests nowhere, and no filter answers in its stead. */
export function isDead({ backends, filters }: Route): boolean {
  return backends.length === 0 && filters?.redirect === undefined && filters?.canary === undefined;
}

function backendsOf({ backends, filters }: Route): string[] {
  const all = filters?.canary === undefined ? backends : [...backends, filters.canary];
  return all.map(({ service, port }) => `${service}:${port}`);
}

export function summariseServices(records: ShardRecords<"services">): ServiceSummary {
  let [ready, notReady, draining] = [0, 0, 0];
  const without: string[] = [];
  for (const [name, record] of records) {
    const counts = endpointCounts(record);
    ready += counts.ready;
    notReady += counts.notReady;
    draining += counts.draining;
    if (counts.ready === 0 && record.kind !== "externalName") without.push(name);
  }
  return { services: records.size, ready, notReady, draining, without };
}

export interface EndpointCounts {
  readonly ready: number;
  readonly notReady: number;
  readonly draining: number;
}

export function endpointCounts(record: ServiceRecord): EndpointCounts {
  let [ready, notReady, draining] = [0, 0, 0];
  if (record.kind === "externalName") return { ready, notReady, draining };
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
  return Array.from(records, ([name, { secret, notAfter }]: [string, CertificateRecord]) => ({
    name,
    secret,
    notAfter,
  }));
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
