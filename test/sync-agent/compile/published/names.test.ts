import { describe, expect, it } from "vitest";
import type { ServiceRecord, ZoneRecord } from "../../../../contract/index.ts";
import type { Ingress, Metadata, Service } from "../../../../sync-agent/cluster/state.ts";
import { compilePublished, type PublishedOptions } from "../../../../sync-agent/compile/published/names.ts";

function metadata(key: string, created: number, annotations: Record<string, string> = {}): Metadata {
  const [namespace = "", name = ""] = key.split("/");
  return { namespace, name, annotations, labels: {}, created };
}

function ingress(
  key: string,
  created: number,
  hosts: readonly string[],
  fields: Partial<Ingress> = {},
): Ingress {
  return {
    metadata: metadata(key, created),
    ingressClassName: "lintel",
    defaultBackend: undefined,
    rules: hosts.map((host) => ({ host, paths: [] })),
    tls: [],
    ...fields,
  };
}

const HOSTNAME = "external-dns.alpha.kubernetes.io/hostname";
const TARGET = "external-dns.alpha.kubernetes.io/target";
const TTL = "external-dns.alpha.kubernetes.io/ttl";

const PORTS = [
  { name: "https", protocol: "TCP" as const, port: 443 },
  { name: "", protocol: "TCP" as const, port: 80 },
];
const BALANCED: ServiceRecord = {
  kind: "clusterIP",
  clusterIPs: ["10.96.0.1"],
  ports: PORTS,
  subsets: [],
  external: { addresses: ["192.0.2.7", "2001:db8::7"], hostnames: ["lb.cloud.example"] },
};
const NAMED: ServiceRecord = { ...BALANCED, external: { addresses: [], hostnames: ["lb.cloud.example"] } };
const PENDING: ServiceRecord = { kind: "clusterIP", clusterIPs: ["10.96.0.1"], ports: PORTS, subsets: [] };
const HEADLESS: ServiceRecord = {
  kind: "headless",
  publishNotReady: false,
  ports: [],
  subsets: [
    {
      ports: [],
      endpoints: [
        { address: "10.1.0.2", hostname: "db-1", ready: true },
        { address: "10.1.0.1", hostname: "db-0", ready: true },
        { address: "10.1.0.3", ready: true },
        { address: "10.1.0.9", hostname: "db-9", ready: false },
      ],
    },
  ],
};

interface Asked {
  readonly annotations: Record<string, string>;
  readonly record: ServiceRecord;
  readonly type?: Service["type"];
  readonly created?: number;
}

function compiled(
  options: Partial<PublishedOptions>,
  services: Readonly<Record<string, Asked>> = {},
): { published: Record<string, ZoneRecord>; warnings: string[] } {
  const objects = new Map(
    Object.entries(services).map(
      ([key, { annotations, type = "LoadBalancer", created = 1 }]): [string, Service] => [
        key,
        {
          metadata: metadata(key, created, annotations),
          type,
          clusterIPs: [],
          externalName: undefined,
          ports: [],
          publishNotReadyAddresses: false,
        },
      ],
    ),
  );
  const { records, warnings } = compilePublished(
    { Service: objects },
    {
      externalZones: ["corp.example"],
      statusAddresses: [],
      ingresses: [],
      services: new Map(Object.entries(services).map(([key, { record }]) => [key, record])),
      hasCertificate: () => false,
      ...options,
    },
  );
  return {
    published: Object.fromEntries(records),
    warnings: warnings.map(({ object, field, reason }) => `${object} ${field} ${reason}`),
  };
}

describe("Ingress hosts", () => {
  it("are published with what the status says, else with the address of the edge", () => {
    const { published, warnings } = compiled({
      statusAddresses: [{ ip: "203.0.113.7" }, { hostname: "edge.example" }],
      ingresses: [
        ingress("shop/web", 1, ["www.corp.example", "www.example.org"]),
        ingress("shop/own", 2, ["own.corp.example"], { loadBalancer: [{ hostname: "LB.Cloud.example." }] }),
      ],
    });
    expect(published).toEqual({
      "published/www.corp.example": {
        kind: "published",
        by: ["Ingress shop/web"],
        namespaces: ["shop"],
        addresses: ["203.0.113.7"],
        ports: [],
      },
      "published/own.corp.example": {
        kind: "published",
        by: ["Ingress shop/own"],
        namespaces: ["shop"],
        addresses: [],
        alias: "lb.cloud.example",
        ports: [],
      },
      "pointers/203.0.113.7": {
        kind: "pointer",
        names: [{ name: "www.corp.example", namespaces: ["shop"] }],
      },
    });
    expect(warnings).toEqual([]);
  });

  it("are published nowhere while nothing says where they are reached", () => {
    expect(compiled({ ingresses: [ingress("shop/web", 1, ["www.corp.example"])] }).published).toEqual({});
  });

  it("have HTTPS records where they have a certificate, and are no alias", () => {
    const { published } = compiled({
      statusAddresses: [{ ip: "203.0.113.7" }],
      hasCertificate: (host) => host !== "plain.corp.example",
      ingresses: [
        ingress("shop/web", 1, ["www.corp.example", "plain.corp.example"]),
        ingress("shop/own", 2, ["own.corp.example"], { loadBalancer: [{ hostname: "lb.cloud.example" }] }),
      ],
    });
    expect(published["published/www.corp.example"]).toMatchObject({ alpn: ["h2", "http/1.1"] });
    expect(published["published/plain.corp.example"]).not.toHaveProperty("alpn");
    expect(published["published/own.corp.example"]).not.toHaveProperty("alpn");
  });

  it("of a wildcard are wildcards; names on the way to a zone exist", () => {
    const { published } = compiled({
      statusAddresses: [{ ip: "203.0.113.7" }],
      ingresses: [
        ingress("shop/web", 1, ["*.apps.eu.corp.example"]),
        ingress("stock/api", 1, ["api.eu.corp.example"]),
      ],
    });
    expect(Object.keys(published).toSorted()).toEqual([
      "pointers/203.0.113.7",
      "published/*.apps.eu.corp.example",
      "published/api.eu.corp.example",
      "published/apps.eu.corp.example",
      "published/eu.corp.example",
    ]);
    expect(published["published/eu.corp.example"]).toEqual({
      kind: "published",
      by: ["Ingress shop/web", "Ingress stock/api"],
      namespaces: ["shop", "stock"],
      addresses: [],
      ports: [],
    });
    expect(published["pointers/203.0.113.7"]).toMatchObject({ names: [{ name: "api.eu.corp.example" }] });
  });

  it("are shared by those that lead to the same place, else the oldest's", () => {
    const { published, warnings } = compiled({
      statusAddresses: [{ ip: "203.0.113.7" }],
      ingresses: [
        ingress("a/young", 3, ["www.corp.example"], { loadBalancer: [{ ip: "203.0.113.8" }] }),
        ingress("b/same", 2, ["www.corp.example"]),
        ingress("c/old", 1, ["www.corp.example"]),
      ],
    });
    expect(published["published/www.corp.example"]).toMatchObject({
      by: ["Ingress b/same", "Ingress c/old"],
      namespaces: ["b", "c"],
      addresses: ["203.0.113.7"],
    });
    expect(warnings).toEqual(["Ingress a/young spec.rules[0].host NameConflict"]);
  });
});

describe("Services", () => {
  it.each<[string, Asked, Record<string, unknown>]>([
    [
      "with addresses of a load balancer",
      { annotations: { [HOSTNAME]: "api.corp.example" }, record: BALANCED },
      { addresses: ["192.0.2.7", "2001:db8::7"], ports: [{ name: "https", protocol: "tcp", port: 443 }] },
    ],
    [
      "with a name of a load balancer",
      { annotations: { "lintel.dev/hostname": "API.corp.example." }, record: NAMED },
      { addresses: [], alias: "lb.cloud.example" },
    ],
    [
      "with a target of their own",
      {
        annotations: { [HOSTNAME]: "api.corp.example", [TARGET]: "198.51.100.1, 198.51.100.2" },
        record: PENDING,
        type: "ClusterIP",
      },
      { addresses: ["198.51.100.1", "198.51.100.2"] },
    ],
    [
      "with a TTL in seconds",
      { annotations: { [HOSTNAME]: "api.corp.example", [TTL]: "120" }, record: BALANCED },
      { ttl: 120 },
    ],
    [
      "with a TTL as a duration",
      { annotations: { [HOSTNAME]: "api.corp.example", [TTL]: "1h5m" }, record: BALANCED },
      { ttl: 3900 },
    ],
    [
      "that stand for a name elsewhere",
      {
        annotations: { [HOSTNAME]: "api.corp.example" },
        record: { kind: "externalName", externalName: "api.elsewhere.example", ports: [] },
        type: "ExternalName",
      },
      { alias: "api.elsewhere.example" },
    ],
  ])("%s", (_, asked, data) => {
    const { published, warnings } = compiled({}, { "shop/api": asked });
    expect(published["published/api.corp.example"]).toMatchObject({ by: ["Service shop/api"], ...data });
    expect(warnings).toEqual([]);
  });

  it("publish all names that the annotation lists", () => {
    const annotations = { [HOSTNAME]: "a.corp.example, b.corp.example" };
    const { published } = compiled({}, { "shop/api": { annotations, record: NAMED } });
    expect(Object.keys(published)).toEqual(["published/a.corp.example", "published/b.corp.example"]);
  });

  it("without a cluster address publish their endpoints, by name as well, where they are annotated", () => {
    const services = {
      "shop/db": {
        annotations: { [HOSTNAME]: "db.corp.example" },
        record: HEADLESS,
        type: "ClusterIP" as const,
      },
      "shop/quiet": { annotations: {}, record: HEADLESS, type: "ClusterIP" as const },
    };
    const { published } = compiled({}, services);
    const addresses = Object.entries(published).flatMap(([key, record]) =>
      record.kind === "published" ? [[key, record.addresses]] : [],
    );
    expect(Object.fromEntries(addresses)).toEqual({
      "published/db.corp.example": ["10.1.0.1", "10.1.0.2", "10.1.0.3"],
      "published/db-0.db.corp.example": ["10.1.0.1"],
      "published/db-1.db.corp.example": ["10.1.0.2"],
    });
  });

  it("wait for an address", () => {
    const asked = { annotations: { [HOSTNAME]: "api.corp.example" }, record: PENDING };
    expect(compiled({}, { "shop/api": asked })).toEqual({ published: {}, warnings: [] });
  });

  it.each<[string, Asked, string]>([
    [
      "inside the cluster",
      { annotations: { [HOSTNAME]: "api.corp.example" }, record: PENDING, type: "ClusterIP" },
      HOSTNAME,
    ],
    ["what is no name", { annotations: { [HOSTNAME]: "a b" }, record: BALANCED }, HOSTNAME],
    ["what is in no zone", { annotations: { [HOSTNAME]: "api.example.org" }, record: BALANCED }, HOSTNAME],
    ["a zone as an alias", { annotations: { [HOSTNAME]: "corp.example" }, record: NAMED }, HOSTNAME],
  ])("do not publish %s, and say so", (_, asked, field) => {
    expect(compiled({}, { "shop/api": asked })).toEqual({
      published: {},
      warnings: [`Service shop/api metadata.annotations[${field}] NameNotPublished`],
    });
  });

  it("publish with the usual TTL where theirs is none", () => {
    const annotations = { [HOSTNAME]: "api.corp.example", [TTL]: "soon" };
    const { published, warnings } = compiled({}, { "shop/api": { annotations, record: BALANCED } });
    expect(published["published/api.corp.example"]).not.toHaveProperty("ttl");
    expect(warnings).toEqual([`Service shop/api metadata.annotations[${TTL}] NameNotPublished`]);
  });
});

it("publishes nothing without a zone", () => {
  const services = { "shop/api": { annotations: { [HOSTNAME]: "api.corp.example" }, record: PENDING } };
  expect(compiled({ externalZones: [] }, services)).toEqual({ published: {}, warnings: [] });
});
