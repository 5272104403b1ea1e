/**
 * A cluster with all plugins and two namespaces that know of each other: `shop`, and `secret`, whose names have that
 * word in them and whose addresses begin as HIDDEN says.
 */
import type { DnsPlugin, PublishedName, RecordOf, ServiceRecord } from "../../../../contract/index.ts";
import type { SnapshotView } from "../../../../worker/snapshot/view.ts";
import { viewWith, zoneOf } from "./servers.ts";

/** What no answer to somebody who sees `shop` alone may contain. */
export const HIDDEN = /secret|10\.66\.|fd66:|198\.51\.100\./i;

type Namespace = "shop" | "secret";

const http = { name: "http", protocol: "TCP", port: 80 } as const;
const namespace = { kind: "namespace" } as const;

const ADDRESSES = {
  shop: { four: "10.11.0", six: "fd11::", outside: "192.0.2" },
  secret: { four: "10.66.0", six: "fd66::", outside: "198.51.100" },
} as const;

/** Names of Services with the namespace's own in front, so that no two namespaces share any. */
function servicesOf(here: Namespace, there: Namespace): Record<string, ServiceRecord> {
  const { four, six, outside } = ADDRESSES[here];
  const alias = (externalName: string): ServiceRecord => ({
    kind: "externalName",
    externalName,
    ports: [http],
  });
  const services: Record<string, ServiceRecord> = {
    web: {
      kind: "clusterIP",
      clusterIPs: [`${four}.1`, `${six}1`],
      ports: [http],
      subsets: [{ ports: [http], endpoints: [{ address: `${four}.101`, ready: true, pod: `${here}-pod` }] }],
      external: { addresses: [`${outside}.1`], hostnames: [] },
    },
    db: {
      kind: "headless",
      publishNotReady: false,
      ports: [http],
      subsets: [
        {
          ports: [http],
          endpoints: [
            { address: `${four}.102`, hostname: `${here}-0`, ready: true },
            // One pod behind Services of both.
            { address: "10.20.0.1", ready: true },
          ],
        },
      ],
    },
    named: {
      kind: "clusterIP",
      clusterIPs: [`${four}.3`],
      ports: [http],
      subsets: [],
      external: {
        addresses: [],
        hostnames: [`${there}-web.${there}.svc.cluster.local`, `${there}.corp.test`],
      },
    },
    over: alias(`${there}-web.${there}.svc.cluster.local`),
    "over-deep": alias(`a.b.c.d.${there}-web.${there}.svc.cluster.local`),
    "over-outside": alias(`${there}-web.${there}.lb.test`),
    "over-twice": alias(`${here}-over.${here}.svc.cluster.local`),
    "over-file": alias("to-other.file.test"),
    home: alias(`${here}-web.${here}.svc.cluster.local`),
  };
  return Object.fromEntries(Object.entries(services).map(([name, it]) => [`${here}/${here}-${name}`, it]));
}

function addressesOf(here: Namespace): Record<string, RecordOf<"addresses">> {
  const { four, six, outside } = ADDRESSES[here];
  return {
    [`${four}.0/24`]: {
      names: {
        [`${four}.1`]: [{ service: `${here}/${here}-web` }],
        [`${four}.3`]: [{ service: `${here}/${here}-named` }],
        [`${four}.101`]: [
          { pod: `${here}/${here}-pod` },
          { service: `${here}/${here}-web`, endpoint: `${four}.101`.replaceAll(".", "-") },
        ],
        [`${four}.102`]: [{ service: `${here}/${here}-db`, endpoint: `${here}-0` }],
      },
    },
    [`${six}/64`]: { names: { [`${six}1`]: [{ service: `${here}/${here}-web` }] } },
    [`${outside}.0/24`]: { names: { [`${outside}.1`]: [{ external: `${here}/${here}-web` }] } },
  };
}

function publishedBy(here: Namespace): Record<string, RecordOf<"zones">> {
  const { outside } = ADDRESSES[here];
  const name = (fields: Partial<PublishedName>): PublishedName => ({
    kind: "published",
    by: [`Service ${here}/${here}-web`],
    namespaces: [here],
    addresses: [],
    ports: [],
    ...fields,
  });
  return {
    [`namespace/${here}`]: namespace,
    [`published/${here}.corp.test`]: name({
      addresses: [`${outside}.1`],
      alpn: ["h2"],
      ports: [{ name: "http", protocol: "tcp", port: 80 }],
    }),
    [`published/*.${here}.corp.test`]: name({ addresses: [`${outside}.2`] }),
    [`pointers/${outside}.1`]: {
      kind: "pointer",
      names: [{ name: `${here}.corp.test`, namespaces: [here] }],
    },
  };
}

const SHARED: Record<string, RecordOf<"zones">> = {
  "published/into.corp.test": {
    kind: "published",
    by: ["Service shop/shop-web"],
    namespaces: ["shop"],
    addresses: [],
    alias: "secret-web.secret.svc.cluster.local",
    ports: [{ name: "http", protocol: "tcp", port: 80 }],
  },
  "file/file.test": zoneOf(`
    file.test 60 SOA ns.file.test hostmaster.file.test 1 2 3 4 5
    file.test 60 NS ns.file.test
    ns.file.test 60 A 192.0.2.53
    file.test 60 MX 10 secret-web.secret.svc.cluster.local
    to-other.file.test 60 CNAME secret-web.secret.svc.cluster.local
    to-shop.file.test 60 CNAME shop-web.shop.svc.cluster.local
    hop.file.test 60 CNAME to-other.file.test
    _http._tcp.file.test 60 SRV 0 1 80 secret-db.secret.svc.cluster.local
    alpn.file.test 60 HTTPS 1 secret-web.secret.svc.cluster.local
  `),
  "hosts/table": {
    kind: "hosts",
    names: { "box.hosts.test": ["192.0.2.80"] },
    addresses: { "192.0.2.80": ["box.hosts.test", "secret-web.secret.svc.cluster.local"] },
  },
};

const REVERSE = ["in-addr.arpa", "ip6.arpa"];

/** As a Corefile could configure them, and in CoreDNS's order. */
export const PLUGINS: readonly DnsPlugin[] = [
  { plugin: "errors" },
  { plugin: "log", zones: ["."], classes: ["all"] },
  { plugin: "acl", zones: ["blocked.test"], rules: [{ action: "block", types: [], sources: [] }] },
  { plugin: "any", zones: ["any.test"] },
  { plugin: "loadbalance" },
  { plugin: "cache", zones: ["."], success: { maxTtl: 3600, minTtl: 5 }, denial: { maxTtl: 60, minTtl: 5 } },
  {
    plugin: "rewrite",
    rules: [
      {
        continues: false,
        rule: {
          kind: "name",
          match: { by: "suffix", from: ".rewritten.test.", to: ".secret.svc.cluster.local." },
          answer: "auto",
        },
      },
      {
        continues: false,
        rule: {
          kind: "name",
          match: { by: "exact", from: "into.test.", to: "secret-web.secret.svc.cluster.local." },
          answer: [],
        },
      },
      {
        continues: false,
        rule: {
          kind: "cname",
          match: { by: "exact", from: "turned.test.", to: "secret-web.secret.svc.cluster.local." },
        },
      },
    ],
  },
  {
    plugin: "template",
    rules: [
      {
        zones: ["template.test"],
        match: [String.raw`^([a-z-]+)\.template\.test\.$`],
        answer: ["{{ .Name }} 60 IN CNAME {{ index .Match 1 }}.secret.svc.cluster.local."],
        authority: [],
        additional: ["secret-web.secret.svc.cluster.local. 60 IN A 192.0.2.99"],
        rcode: 0,
        fallthrough: ["."],
      },
      {
        zones: ["turns.test"],
        match: [],
        answer: ["{{ .Name }} 60 IN CNAME turned.test."],
        authority: [],
        additional: [],
        rcode: 0,
      },
    ],
  },
  {
    plugin: "hosts",
    zones: ["hosts.test", ...REVERSE],
    table: "hosts/table",
    ttl: 60,
    reverse: true,
    fallthrough: REVERSE,
  },
  {
    plugin: "k8s_external",
    zones: ["lb.test"],
    apex: "dns",
    ttl: 30,
    headless: true,
  },
  {
    plugin: "kubernetes",
    zones: ["cluster.local", ...REVERSE],
    ttl: 30,
    pods: "verified",
    endpointPodNames: true,
    fallthrough: REVERSE,
  },
  { plugin: "file", files: [{ zone: "file.test", record: "file/file.test" }] },
  { plugin: "published", zones: ["corp.test"], ttl: 60 },
  {
    plugin: "forward",
    from: "forward.test",
    except: [],
    to: [{ url: "https://resolver.example/dns-query" }],
    policy: "sequential",
  },
];

/** @param namespaces those that there are */
export function twoTeams(
  namespaces: readonly Namespace[],
  zones: Record<string, RecordOf<"zones">> = {},
): SnapshotView {
  const other = { shop: "secret", secret: "shop" } as const;
  const merged = <T>(part: (namespace: Namespace) => Record<string, T>): Record<string, T> =>
    Object.fromEntries(namespaces.flatMap((name) => Object.entries(part(name))));
  const shared = namespaces.map((name) => ({ service: `${name}/${name}-db`, endpoint: "10-20-0-1" }));
  return viewWith(PLUGINS, {
    services: merged((name) => servicesOf(name, other[name])),
    addresses: { ...merged(addressesOf), "10.20.0.0/24": { names: { "10.20.0.1": shared } } },
    zones: { ...merged(publishedBy), ...SHARED, ...zones },
  });
}
