/** Services by their external addresses, under zones of their own (CoreDNS k8s_external plugin). */
import { describe, expect, it } from "vitest";
import type { DnsPlugin, PluginConfig, ServiceRecord } from "../../../../contract/index.ts";
import { ask } from "../support/ask.ts";
import { SERIAL, type SomeRecords, viewOf } from "../support/snapshot.ts";

type Row = readonly [behaviour: string, question: string, ...answer: string[]];

const http = { name: "http", protocol: "TCP", port: 80 } as const;
const https = { name: "https", protocol: "TCP", port: 443 } as const;
const namespace = { kind: "namespace" } as const;

function clusterIP(external: ServiceRecord["external"], ports = [http, https]): ServiceRecord {
  return {
    kind: "clusterIP",
    clusterIPs: ["10.96.0.20"],
    ports: [...ports],
    subsets: [{ ports: [http], endpoints: [{ address: "10.244.1.7", ready: true }] }],
    ...(external && { external }),
  };
}

const DATA: SomeRecords = {
  services: {
    "shop/web": clusterIP({ addresses: ["192.0.2.1", "2001:db8::1"], hostnames: [] }),
    "shop/named": clusterIP({ addresses: [], hostnames: ["lb.cluster.local"] }, [http]),
    "shop/inner": clusterIP(undefined),
    "shop/portless": clusterIP({ addresses: ["192.0.2.5"], hostnames: [] }, []),
    "shop/left-out": { ...clusterIP({ addresses: ["192.0.2.6"], hostnames: [] }), hiddenFrom: [0] },
    "shop/db": {
      kind: "headless",
      publishNotReady: false,
      ports: [http],
      subsets: [
        {
          ports: [http],
          endpoints: [
            { address: "10.244.2.1", hostname: "db-0", ready: true },
            { address: "10.244.2.2", hostname: "db-1", ready: false },
          ],
        },
      ],
    },
    "secret/web": clusterIP({ addresses: ["192.0.2.9"], hostnames: [] }),
    "kube-system/kube-dns": clusterIP({ addresses: ["192.0.2.53"], hostnames: [] }),
  },
  zones: { "namespace/shop": namespace, "namespace/secret": namespace },
  addresses: {
    "192.0.2.0/24": {
      names: {
        "192.0.2.1": [{ external: "shop/web" }],
        "192.0.2.6": [{ external: "shop/left-out" }],
        "192.0.2.9": [{ external: "secret/web" }],
      },
    },
  },
};

const KUBERNETES: DnsPlugin = {
  plugin: "kubernetes",
  zones: ["cluster.local"],
  ttl: 30,
  pods: "disabled",
  selection: 0,
};
const TARGET: DnsPlugin = {
  plugin: "template",
  rules: [
    {
      zones: ["lb.cluster.local"],
      type: 1,
      match: [],
      answer: ["{{ .Name }} 60 IN A 198.51.100.1"],
      authority: [],
      additional: [],
      rcode: 0,
      fallthrough: ["."],
    },
  ],
};

function external(more: Partial<PluginConfig<"k8s_external">> = {}): DnsPlugin {
  const zones = ["ext.test", "in-addr.arpa"];
  return { plugin: "k8s_external", zones, apex: "dns", ttl: 5, headless: false, ...more };
}

const soa = (zone: string) =>
  `${zone} 5 SOA ns1.dns.${zone} hostmaster.dns.${zone} ${SERIAL} 7200 1800 86400 5`;
const SOA = `@ ${soa("ext.test.")}`;

const ROWS: readonly Row[] = [
  ["A", "web.shop.ext.test. A", "NOERROR", "> web.shop.ext.test. 5 A 192.0.2.1"],
  ["AAAA", "web.shop.ext.test. AAAA", "NOERROR", "> web.shop.ext.test. 5 AAAA 2001:db8::1"],
  ["the question's case", "WEB.shop.Ext.test. A", "NOERROR", "> WEB.shop.Ext.test. 5 A 192.0.2.1"],
  [
    "SRV with the cluster zone's TTL, as in CoreDNS",
    "_http._tcp.web.shop.ext.test. SRV",
    "NOERROR",
    "> _http._tcp.web.shop.ext.test. 30 SRV 0 50 80 web.shop.ext.test.",
    "+ web.shop.ext.test. 5 A 192.0.2.1",
    "+ web.shop.ext.test. 5 AAAA 2001:db8::1",
  ],
  ["an unknown port", "_ftp._tcp.web.shop.ext.test. SRV", "NXDOMAIN", SOA],
  [
    "an endpoint's name is the Service's, as in CoreDNS",
    "x.web.shop.ext.test. A",
    "NOERROR",
    "> x.web.shop.ext.test. 5 A 192.0.2.1",
  ],
  ["without ports", "portless.shop.ext.test. A", "NOERROR", "> portless.shop.ext.test. 5 A 192.0.2.5"],
  ["without ports: SRV", "portless.shop.ext.test. SRV", "NOERROR", SOA],
  [
    "a load balancer's name",
    "named.shop.ext.test. A",
    "NOERROR",
    "> named.shop.ext.test. 30 CNAME lb.cluster.local.",
    "> lb.cluster.local. 60 A 198.51.100.1",
  ],
  [
    "a load balancer's name without the type",
    "named.shop.ext.test. AAAA",
    "NOERROR",
    "> named.shop.ext.test. 30 CNAME lb.cluster.local.",
  ],
  ["a load balancer's name: CNAME is NODATA, as in CoreDNS", "named.shop.ext.test. CNAME", "NOERROR", SOA],
  [
    "a load balancer's name: SRV",
    "named.shop.ext.test. SRV",
    "NOERROR",
    "> named.shop.ext.test. 30 SRV 0 100 80 lb.cluster.local.",
    "+ lb.cluster.local. 60 A 198.51.100.1",
  ],
  ["TXT", "web.shop.ext.test. TXT", "NOERROR", SOA],
  ["PTR of no address", "web.shop.ext.test. PTR", "NOERROR", SOA],
  ["no external address", "inner.shop.ext.test. A", "NXDOMAIN", SOA],
  ["a headless Service that is not asked for", "db.shop.ext.test. A", "NXDOMAIN", SOA],
  ["a Service that labels leave out", "left-out.shop.ext.test. A", "NXDOMAIN", SOA],
  ["a namespace", "shop.ext.test. A", "NOERROR", SOA],
  ["an unknown namespace", "nowhere.ext.test. A", "NXDOMAIN", SOA],
  ["too many labels", "a.b.c.web.shop.ext.test. A", "NXDOMAIN", SOA],
  ["the apex: SOA", "ext.test. SOA", "NOERROR", `> ${soa("ext.test.")}`],
  [
    "the apex: NS",
    "ext.test. NS",
    "NOERROR",
    "> ext.test. 5 NS ns1.dns.ext.test.",
    "+ ns1.dns.ext.test. 5 A 192.0.2.53",
  ],
  ["the apex: A", "ext.test. A", "NOERROR", SOA],
  ["the name server", "ns1.dns.ext.test. A", "NOERROR", "> ns1.dns.ext.test. 5 A 192.0.2.53"],
  ["the name server: AAAA", "ns1.dns.ext.test. AAAA", "NOERROR", SOA],
  ["below the apex label", "dns.ext.test. A", "NOERROR", SOA],
  ["another name server", "ns2.dns.ext.test. A", "NXDOMAIN", SOA],
  ["PTR", "1.2.0.192.in-addr.arpa. PTR", "NOERROR", "> 1.2.0.192.in-addr.arpa. 5 PTR web.shop.ext.test."],
  ["PTR of what labels leave out", "6.2.0.192.in-addr.arpa. PTR", "NXDOMAIN", `@ ${soa("in-addr.arpa.")}`],
];

describe("k8s_external", () => {
  it.each(ROWS)("%s", async (_, question, ...answer) => {
    const plugins = [TARGET, external(), KUBERNETES];
    expect(await ask(viewOf(DATA, { plugins }), question)).toEqual(answer);
    expect(await ask(viewOf(DATA, { plugins, reads: "later" }), question)).toEqual(answer);
  });
});

describe("headless", () => {
  const plugins = [external({ headless: true }), KUBERNETES];

  it.each<Row>([
    ["ready endpoints", "db.shop.ext.test. A", "NOERROR", "> db.shop.ext.test. 5 A 10.244.2.1"],
    ["an endpoint", "db-0.db.shop.ext.test. A", "NOERROR", "> db-0.db.shop.ext.test. 5 A 10.244.2.1"],
    ["an endpoint that is not ready", "db-1.db.shop.ext.test. A", "NXDOMAIN", SOA],
    [
      "SRV",
      "_http._tcp.db.shop.ext.test. SRV",
      "NOERROR",
      "> _http._tcp.db.shop.ext.test. 30 SRV 0 100 80 db-0.db.shop.ext.test.",
      "+ db-0.db.shop.ext.test. 5 A 10.244.2.1",
    ],
    ["a cluster address stays inside", "inner.shop.ext.test. A", "NXDOMAIN", SOA],
    [
      "though its endpoints do not, as in CoreDNS",
      "10-244-1-7.inner.shop.ext.test. A",
      "NOERROR",
      "> 10-244-1-7.inner.shop.ext.test. 5 A 10.244.1.7",
    ],
  ])("%s", async (_, question, ...answer) => {
    expect(await ask(viewOf(DATA, { plugins }), question)).toEqual(answer);
  });
});

it("passes on what does not exist where it falls through", async () => {
  const plugins = [external({ fallthrough: ["in-addr.arpa"] }), KUBERNETES];
  expect(await ask(viewOf(DATA, { plugins }), "8.8.8.8.in-addr.arpa. PTR")).toEqual(["SERVFAIL"]);
  expect(await ask(viewOf(DATA, { plugins }), "nobody.shop.ext.test. A")).toEqual(["NXDOMAIN", SOA]);
});

it("answers nothing without a kubernetes plugin beside it", async () => {
  expect(await ask(viewOf(DATA, { plugins: [external()] }), "web.shop.ext.test. A")).toEqual(["SERVFAIL"]);
});

it.each<Row>([
  ["a Service", "web.secret.ext.test. A", "NXDOMAIN", SOA],
  ["a namespace", "secret.ext.test. A", "NXDOMAIN", SOA],
  ["an address", "9.2.0.192.in-addr.arpa. PTR", "NXDOMAIN", `@ ${soa("in-addr.arpa.")}`],
  ["the name servers", "ext.test. NS", "NOERROR", "> ext.test. 5 NS ns1.dns.ext.test."],
])("hides %s of a namespace that a view does not see", async (_, question, ...answer) => {
  const visible = { namespaces: new Set(["shop"]) };
  const plugins = [external(), KUBERNETES];
  expect(await ask(viewOf(DATA, { plugins }), question, { visible })).toEqual(answer);
});
