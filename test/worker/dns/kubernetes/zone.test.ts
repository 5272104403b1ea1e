/** The zone around its Services: apex, name servers, version, what exists without records and what does not exist. */
import { describe, expect, it } from "vitest";
import type { DnsPlugin, ServiceRecord } from "../../../../contract/index.ts";
import { ask } from "../support/ask.ts";
import { CLUSTER, SOA, soaText } from "../support/cluster.ts";
import { SERIAL, viewOf } from "../support/snapshot.ts";

type Row = readonly [behaviour: string, question: string, ...answer: string[]];

const APEX: readonly Row[] = [
  ["SOA", "cluster.local. SOA", "NOERROR", `> ${soaText("cluster.local.")}`],
  ["SOA in the question's case", "Cluster.LOCAL. SOA", "NOERROR", `> ${soaText("Cluster.LOCAL.")}`],
  [
    "NS is the DNS Service, with its addresses",
    "cluster.local. NS",
    "NOERROR",
    "> cluster.local. 5 NS kube-dns.kube-system.svc.cluster.local.",
    "+ kube-dns.kube-system.svc.cluster.local. 5 A 10.96.0.10",
    "+ kube-dns.kube-system.svc.cluster.local. 5 AAAA fd00:10:96::a",
  ],
  ["A is NODATA", "cluster.local. A", "NOERROR", SOA],
  ["HINFO is NODATA", "cluster.local. HINFO", "NOERROR", SOA],
  [
    "ns.dns has the DNS Service's IPv4 address",
    "ns.dns.cluster.local. A",
    "NOERROR",
    "> ns.dns.cluster.local. 5 A 10.96.0.10",
  ],
  [
    "ns.dns has the DNS Service's IPv6 address",
    "ns.dns.cluster.local. AAAA",
    "NOERROR",
    "> ns.dns.cluster.local. 5 AAAA fd00:10:96::a",
  ],
  [
    "NS of the zone in another case is NODATA, as in CoreDNS",
    "Cluster.local. NS",
    "NOERROR",
    `@ ${soaText("Cluster.local.")}`,
  ],
  ["TXT does not exist, as in CoreDNS", "cluster.local. TXT", "NXDOMAIN", SOA],
  ["PTR is NODATA", "cluster.local. PTR", "NOERROR", SOA],
  ["ns.dns has nothing else", "ns.dns.cluster.local. MX", "NOERROR", SOA],
  ["ns.dns: SRV", "ns.dns.cluster.local. SRV", "NOERROR", SOA],
  ["ns.dns does not exist for TXT", "ns.dns.cluster.local. TXT", "NXDOMAIN", SOA],
  ["ns.dns does not exist for PTR", "ns.dns.cluster.local. PTR", "NXDOMAIN", SOA],
  [
    "ns.dns is looked for in lower case",
    "ns.dns.CLUSTER.local. A",
    "NXDOMAIN",
    `@ ${soaText("CLUSTER.local.")}`,
  ],
  [
    "dns-version",
    "dns-version.cluster.local. TXT",
    "NOERROR",
    '> dns-version.cluster.local. 28800 TXT "1.1.0"',
  ],
  [
    "dns-version without case",
    "DNS-Version.Cluster.Local. TXT",
    "NOERROR",
    '> DNS-Version.Cluster.Local. 28800 TXT "1.1.0"',
  ],
  [
    "dns-version does not exist for other types, as in CoreDNS",
    "dns-version.cluster.local. A",
    "NXDOMAIN",
    SOA,
  ],
];

const NODATA: readonly Row[] = [
  ["svc", "svc.cluster.local. A", "NOERROR", SOA],
  ["svc: NS", "svc.cluster.local. NS", "NOERROR", SOA],
  ["pod", "pod.cluster.local. AAAA", "NOERROR", SOA],
  ["a namespace", "shop.svc.cluster.local. A", "NOERROR", SOA],
  ["a namespace: PTR", "shop.svc.cluster.local. PTR", "NOERROR", SOA],
  ["a namespace: CNAME", "shop.svc.cluster.local. CNAME", "NOERROR", SOA],
  ["a Service: TXT", "web.shop.svc.cluster.local. TXT", "NOERROR", SOA],
  ["a Service: PTR", "web.shop.svc.cluster.local. PTR", "NOERROR", SOA],
  ["a Service: MX", "web.shop.svc.cluster.local. MX", "NOERROR", SOA],
  ["a Service: HTTPS", "web.shop.svc.cluster.local. HTTPS", "NOERROR", SOA],
  ["SOA of a name that does not exist, as in CoreDNS", "nobody.shop.svc.cluster.local. SOA", "NOERROR", SOA],
  ["a namespace without Services", "empty.svc.cluster.local. A", "NOERROR", SOA],
];

const NXDOMAIN: readonly Row[] = [
  ["a namespace", "nowhere.svc.cluster.local. A", "NXDOMAIN", SOA],
  ["a Service", "nobody.shop.svc.cluster.local. A", "NXDOMAIN", SOA],
  ["a Service: AAAA", "nobody.shop.svc.cluster.local. AAAA", "NXDOMAIN", SOA],
  ["a Service: TXT", "nobody.shop.svc.cluster.local. TXT", "NXDOMAIN", SOA],
  ["a Service: NS", "nobody.shop.svc.cluster.local. NS", "NXDOMAIN", SOA],
  ["a Service: HTTPS", "nobody.shop.svc.cluster.local. HTTPS", "NXDOMAIN", SOA],
  ["TXT of a name without records", "shop.svc.cluster.local. TXT", "NXDOMAIN", SOA],
  ["TXT of a branch", "svc.cluster.local. TXT", "NXDOMAIN", SOA],
  ["a Service in another namespace", "web.empty.svc.cluster.local. A", "NXDOMAIN", SOA],
  ["a Service's SRV", "_http._tcp.nobody.shop.svc.cluster.local. SRV", "NXDOMAIN", SOA],
  ["a name below a Service", "www.web.shop.svc.cluster.local. A", "NXDOMAIN", SOA],
  ["a search domain's leftovers", "www.example.com.shop.svc.cluster.local. A", "NXDOMAIN", SOA],
  ["another branch", "node.cluster.local. A", "NXDOMAIN", SOA],
  ["a branch below dns-version", "x.dns-version.cluster.local. TXT", "NXDOMAIN", SOA],
  ["a name below ns.dns", "x.ns.dns.cluster.local. A", "NXDOMAIN", SOA],
  ["no wildcard Services", "*.shop.svc.cluster.local. A", "NXDOMAIN", SOA],
  ["no wildcard namespaces", "web.*.svc.cluster.local. A", "NXDOMAIN", SOA],
  ["no wildcard named any", "any.shop.svc.cluster.local. A", "NXDOMAIN", SOA],
  ["a dot inside a label parts nothing", "web\\046shop.svc.cluster.local. A", "NXDOMAIN", SOA],
  ["a slash inside a label parts nothing", "shop/web.shop.svc.cluster.local. A", "NXDOMAIN", SOA],
  ["a property of every object is no namespace", "__proto__.svc.cluster.local. A", "NXDOMAIN", SOA],
];

const OTHER_ZONES: readonly Row[] = [
  ["a public name", "www.example.com. A", "REFUSED"],
  ["the parent of the zone", "local. SOA", "REFUSED"],
  ["the root", ". NS", "REFUSED"],
  ["a name that only ends alike", "mycluster.local. A", "REFUSED"],
  ["a dot inside a label", "web.shop.svc\\046cluster.local. A", "REFUSED"],
];

describe.each([
  ["the apex", APEX],
  ["exists without records", NODATA],
  ["does not exist", NXDOMAIN],
  ["other zones are refused", OTHER_ZONES],
])("%s", (_, rows) => {
  it.each(rows)("%s", async (_, question, ...answer) => {
    expect(await ask(viewOf(CLUSTER), question)).toEqual(answer);
  });

  it.each(rows)("from KV: %s", async (_, question, ...answer) => {
    expect(await ask(viewOf(CLUSTER, { reads: "later" }), question)).toEqual(answer);
  });
});

describe("ANY", () => {
  const HINFO = Array.from(new TextEncoder().encode("\rANY obsoleted\fSee RFC 8482"), (octet) =>
    octet.toString(16).padStart(2, "0"),
  ).join("");

  it.each(["web.shop.svc.cluster.local.", "nobody.shop.svc.cluster.local.", "20.0.96.10.in-addr.arpa."])(
    "is one record of no use: %s",
    async (name) => {
      expect(await ask(viewOf(CLUSTER), `${name} ANY`)).toEqual([
        "NOERROR",
        `> ${name} 8482 TYPE13 \\# 27 ${HINFO}`,
      ]);
    },
  );

  it.each([
    ["web.shop.svc.cluster.local.", "NOERROR"],
    ["search.shop.svc.cluster.local.", "NOERROR"],
    ["cluster.local.", "NOERROR"],
    ["nobody.shop.svc.cluster.local.", "NXDOMAIN"],
  ])("finds nothing where no plugin sees to it, as in CoreDNS: %s", async (name, rcode) => {
    const plugins: DnsPlugin[] = [
      { plugin: "kubernetes", zones: ["cluster.local"], ttl: 5, pods: "insecure" },
    ];
    expect(await ask(viewOf(CLUSTER, { plugins }), `${name} ANY`)).toEqual([rcode, SOA]);
  });
});

describe("settings", () => {
  it("answers for another cluster domain", async () => {
    const view = viewOf(CLUSTER, { dns: { domain: "k8s.corp_1.example" } });
    expect(await ask(view, "web.shop.svc.k8s.corp_1.example. A")).toEqual([
      "NOERROR",
      "> web.shop.svc.k8s.corp_1.example. 5 A 10.96.0.20",
    ]);
    expect(await ask(view, "20.0.96.10.in-addr.arpa. PTR")).toEqual([
      "NOERROR",
      "> 20.0.96.10.in-addr.arpa. 5 PTR web.shop.svc.k8s.corp_1.example.",
    ]);
    expect(await ask(view, "web.shop.svc.cluster.local. A")).toEqual(["REFUSED"]);
  });

  it.each([0, 5, 30, 300])("takes the TTL %d for records and negative answers", async (ttl) => {
    const view = viewOf(CLUSTER, { dns: { ttl } });
    expect(await ask(view, "web.shop.svc.cluster.local. A")).toEqual([
      "NOERROR",
      `> web.shop.svc.cluster.local. ${ttl} A 10.96.0.20`,
    ]);
    expect(await ask(view, "nobody.shop.svc.cluster.local. A")).toEqual([
      "NXDOMAIN",
      `@ ${soaText("cluster.local.", ttl)}`,
    ]);
  });

  it("gives the SOA record a TTL of 300 at most, as CoreDNS does", async () => {
    const view = viewOf(CLUSTER, { dns: { ttl: 3600 } });
    expect(await ask(view, "cluster.local. SOA")).toEqual([
      "NOERROR",
      `> cluster.local. 300 SOA ns.dns.cluster.local. hostmaster.cluster.local. ${SERIAL} 7200 1800 86400 3600`,
    ]);
  });
});

it("keeps the question's case in owner names and in the zone's own names", async () => {
  const view = viewOf(CLUSTER);
  expect(await ask(view, "nobody.shop.svc.ClUsTeR.lOcAl. A")).toEqual([
    "NXDOMAIN",
    `@ ${soaText("ClUsTeR.lOcAl.")}`,
  ]);
  expect(await ask(view, "WEB.shop.SVC.cluster.local. A")).toEqual([
    "NOERROR",
    "> WEB.shop.SVC.cluster.local. 5 A 10.96.0.20",
  ]);
});

describe("name servers", () => {
  const ports = [{ name: "dns", protocol: "UDP", port: 53 }] as const;

  async function askAbout(kubeDns: ServiceRecord | undefined, question: string) {
    return ask(
      viewOf({ services: kubeDns === undefined ? {} : { "kube-system/kube-dns": kubeDns } }),
      question,
    );
  }

  const headless: ServiceRecord = {
    kind: "headless",
    publishNotReady: false,
    ports: [...ports],
    subsets: [
      {
        ports: [...ports],
        endpoints: [
          { address: "10.244.0.2", ready: true },
          { address: "10.244.0.3", ready: false },
          { address: "10.244.0.4", hostname: "two", ready: true },
        ],
      },
    ],
  };

  const ALIAS: ServiceRecord = { kind: "externalName", externalName: "dns.example.com", ports: [] };

  it("are the endpoints of a headless DNS Service", async () => {
    expect(await askAbout(headless, "cluster.local. NS")).toEqual([
      "NOERROR",
      "> cluster.local. 5 NS 10-244-0-2.kube-dns.kube-system.svc.cluster.local.",
      "> cluster.local. 5 NS two.kube-dns.kube-system.svc.cluster.local.",
      "+ 10-244-0-2.kube-dns.kube-system.svc.cluster.local. 5 A 10.244.0.2",
      "+ two.kube-dns.kube-system.svc.cluster.local. 5 A 10.244.0.4",
    ]);
    expect(await askAbout(headless, "ns.dns.cluster.local. A")).toEqual([
      "NOERROR",
      "> ns.dns.cluster.local. 5 A 10.244.0.2",
      "> ns.dns.cluster.local. 5 A 10.244.0.4",
    ]);
  });

  it.each([
    ["without a DNS Service", undefined],
    ["with one that is an alias", ALIAS],
  ])("are ns.dns.<zone>, without an address, %s", async (_, kubeDns) => {
    expect(await askAbout(kubeDns, "cluster.local. NS")).toEqual([
      "NOERROR",
      "> cluster.local. 5 NS ns.dns.cluster.local.",
    ]);
    expect(await askAbout(kubeDns, "ns.dns.cluster.local. A")).toEqual(["NOERROR", SOA]);
  });
});
