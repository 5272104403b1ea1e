import * as fc from "fast-check";
import {
  type Endpoint,
  type HostRecord,
  zoneKeys,
  type RecordOf,
  type Records,
  type Section,
  type ServiceRecord,
  type Settings,
  standardDns,
} from "../../../../contract/index.ts";

export const SETTINGS: Settings = { dns: standardDns({ domain: "cluster.local", ttl: 5, pods: "insecure" }) };

/** As a test fills it. */
export type MutableRecords = { [S in Section]: Map<string, RecordOf<S>> };

export function emptyRecords(): MutableRecords {
  return {
    addresses: new Map(),
    certificates: new Map(),
    hosts: new Map(),
    services: new Map(),
    zones: new Map(),
  };
}

export function hostRecord(service: string): HostRecord {
  const match = { path: { type: "PathPrefix", value: "/" } } as const;
  return {
    routes: [{ ingress: "shop/web", match, backends: [{ service: `shop/${service}`, port: 80, weight: 1 }] }],
  };
}

export function serviceRecord(endpoints: readonly string[]): ServiceRecord {
  const port = { name: "http", protocol: "TCP", port: 8080 } as const;
  const ready = endpoints.map((address): Endpoint => ({ address, ready: true }));
  return {
    kind: "clusterIP",
    clusterIPs: ["10.96.0.10"],
    ports: [{ ...port, port: 80 }],
    subsets: [{ ports: [port], endpoints: ready }],
  };
}

/** Hosts, each with a service of its own name. */
export function recordsOf(hosts: Readonly<Record<string, string>>): MutableRecords {
  const records = emptyRecords();
  for (const [host, service] of Object.entries(hosts)) {
    records.hosts.set(host, hostRecord(service));
    records.services.set(`shop/${service}`, serviceRecord(["10.244.0.7"]));
  }
  records.zones.set(zoneKeys.namespace("shop"), { kind: "namespace" });
  return records;
}

const label = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/);
const address = fc.ipV4();

/** A small cluster with something in every section. */
export const arbitraryRecords: fc.Arbitrary<Records> = fc
  .record({
    hosts: fc.dictionary(label, label, { maxKeys: 6 }),
    services: fc.dictionary(label, fc.array(address, { maxLength: 4 }), { maxKeys: 6 }),
    certificates: fc.dictionary(label, fc.nat(), { maxKeys: 3 }),
    addresses: fc.dictionary(address, label, { maxKeys: 4 }),
  })
  .map(({ hosts, services, certificates, addresses }) => {
    const records = emptyRecords();
    for (const [host, service] of Object.entries(hosts)) {
      records.hosts.set(`${host}.example`, hostRecord(service));
    }
    for (const [name, endpoints] of Object.entries(services)) {
      records.services.set(`shop/${name}`, serviceRecord(endpoints));
      records.zones.set(zoneKeys.namespace(name), { kind: "namespace" });
    }
    for (const [name, notAfter] of Object.entries(certificates)) {
      const certificate = { chain: `chain of ${name}`, key: "sealed", notAfter, secret: `shop/${name}` };
      records.certificates.set(`${name}.example`, certificate);
    }
    for (const [text, service] of Object.entries(addresses)) {
      records.addresses.set(`${text}/24`, { names: { [text]: [{ service: `shop/${service}` }] } });
    }
    return records;
  });
