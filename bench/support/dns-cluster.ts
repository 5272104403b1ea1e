/** A cluster for the resolver, and the questions that clients ask of one. */
import { type RecordOf, type Root, type Section, standardDns } from "../../contract/index.ts";
import type { SnapshotView } from "../../worker/snapshot/view.ts";

const NAMESPACES = 10;
const SERVICES = 100;
const PODS_OF_HEADLESS = 4;

type Records = { readonly [S in Section]: ReadonlyMap<string, RecordOf<S>> };

/** 1,000 Services, a tenth of them headless with four pods each; all shards in memory. */
export function dnsCluster(): SnapshotView {
  const services = new Map<string, RecordOf<"services">>();
  const zones = new Map<string, RecordOf<"zones">>();
  for (let namespace = 0; namespace < NAMESPACES; namespace += 1) {
    zones.set(`namespace/team-${namespace}`, { kind: "namespace" });
    for (let service = 0; service < SERVICES; service += 1) {
      services.set(`team-${namespace}/app-${service}`, serviceOf(namespace, service));
    }
  }
  const records: Records = {
    services,
    zones,
    addresses: new Map(),
    certificates: new Map(),
    hosts: new Map(),
  };
  return {
    root: ROOT,
    get: (section, key) => records[section].get(key),
  };
}

const isHeadless = (service: number) => service % 10 === 0;

function serviceOf(namespace: number, service: number): RecordOf<"services"> {
  const http = { name: "http", protocol: "TCP", port: 8080 } as const;
  if (!isHeadless(service)) {
    const clusterIPs = [`10.96.${namespace}.${service + 1}`];
    return { kind: "clusterIP", clusterIPs, ports: [http], subsets: [] };
  }
  const endpoints = Array.from({ length: PODS_OF_HEADLESS }, (_, pod) => ({
    address: `10.244.${namespace * PODS_OF_HEADLESS + pod}.${service + 1}`,
    hostname: `app-${service}-${pod}`,
    ready: true,
  }));
  return {
    kind: "headless",
    publishNotReady: false,
    ports: [http],
    subsets: [{ ports: [http], endpoints }],
  };
}

export interface Asked {
  readonly name: string;
  readonly type: "A" | "AAAA" | "SRV";
}

/** What pods ask: mostly addresses, of both families, now and then a name that is none, or a headless Service's. */
export function questions(): Asked[] {
  const asked: Asked[] = [];
  for (let namespace = 0; namespace < NAMESPACES; namespace += 1) {
    for (let service = 0; service < SERVICES; service += 1) {
      const name = `app-${service}.team-${namespace}.svc.cluster.local`;
      if (service % 20 === 0) asked.push({ name: `_http._tcp.${name}`, type: "SRV" });
      else if (service % 7 === 0) asked.push({ name: `none-${name}`, type: "A" });
      else asked.push({ name, type: service % 3 === 0 ? "AAAA" : "A" });
    }
  }
  return asked;
}

const NO_SHARDS = { records: 0, shards: [] };
const ROOT: Root = {
  version: 2,
  cluster: "default",
  generation: 1,
  time: 1_790_000_000_000,
  sections: {
    addresses: NO_SHARDS,
    certificates: NO_SHARDS,
    hosts: NO_SHARDS,
    services: NO_SHARDS,
    zones: NO_SHARDS,
  },
  settings: { dns: standardDns({ domain: "cluster.local", ttl: 5, pods: "insecure" }) },
};
