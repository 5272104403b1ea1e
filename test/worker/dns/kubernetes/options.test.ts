/** What the plugin's options leave out, and what a view does. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DnsPlugin, PluginConfig, ServiceRecord } from "../../../../contract/index.ts";
import { ask } from "../support/ask.ts";
import { SOA, soaText } from "../support/cluster.ts";
import { type SomeRecords, viewOf } from "../support/snapshot.ts";
import { runs } from "../../support/runs.ts";

type Row = readonly [behaviour: string, question: string, ...answer: string[]];

const http = { name: "http", protocol: "TCP", port: 80 } as const;
const namespace = { kind: "namespace" } as const;

function clusterIP(address: string, endpoint: string, more: Partial<ServiceRecord> = {}): ServiceRecord {
  return {
    kind: "clusterIP",
    clusterIPs: [address],
    ports: [http],
    subsets: [{ ports: [http], endpoints: [{ address: endpoint, ready: true, pod: `pod-${endpoint}` }] }],
    ...more,
  } as ServiceRecord;
}

const DATA: SomeRecords = {
  services: {
    "shop/web": clusterIP("10.96.0.20", "10.244.1.7", { hiddenFrom: [1] }),
    "shop/idle": { ...clusterIP("10.96.0.21", "10.244.1.8"), subsets: [] } as ServiceRecord,
    "shop/out": { kind: "externalName", externalName: "www.example.com", ports: [] },
    "shop/across": { kind: "externalName", externalName: "vault.secret.svc.cluster.local", ports: [] },
    "shop/other-zone": { kind: "externalName", externalName: "vault.secret.svc.other.test", ports: [] },
    "shop/pods": {
      kind: "headless",
      publishNotReady: false,
      ports: [http],
      subsets: [
        {
          ports: [http],
          endpoints: [
            { address: "10.244.2.1", ready: true, pod: "pods-0" },
            { address: "10.244.2.2", ready: true, hostname: "named", pod: "pods-1" },
            { address: "10.244.2.3", ready: false, draining: true, pod: "pods-2" },
          ],
        },
      ],
    },
    "secret/vault": clusterIP("10.96.0.30", "10.244.3.1"),
    "kube-system/kube-dns": clusterIP("10.96.0.10", "10.244.0.2"),
  },
  zones: { "namespace/shop": namespace, "namespace/secret": namespace, "namespace/kube-system": namespace },
  addresses: {
    "10.96.0.0/24": {
      names: { "10.96.0.20": [{ service: "shop/web" }], "10.96.0.30": [{ service: "secret/vault" }] },
    },
    "10.244.2.0/24": {
      names: {
        "10.244.2.1": [
          { service: "secret/twin", endpoint: "10-244-2-1" },
          { service: "shop/pods", endpoint: "10-244-2-1" },
        ],
        "10.244.2.2": [{ service: "shop/pods", endpoint: "named" }],
      },
    },
    "10.244.3.0/24": { names: { "10.244.3.1": [{ pod: "secret/vault-0" }] } },
  },
};

function kubernetes(options: Partial<PluginConfig<"kubernetes">> = {}): DnsPlugin {
  const zones = ["cluster.local", "10.in-addr.arpa"];
  return { plugin: "kubernetes", zones, ttl: 5, pods: "insecure", ...options };
}

const SELECTION: readonly Row[] = [
  ["a Service that is left out", "web.shop.svc.cluster.local. A", "NXDOMAIN", SOA],
  ["its SRV", "_http._tcp.web.shop.svc.cluster.local. SRV", "NXDOMAIN", SOA],
  ["its endpoint", "10-244-1-7.web.shop.svc.cluster.local. A", "NXDOMAIN", SOA],
  ["its address", "20.0.96.10.in-addr.arpa. PTR", "NXDOMAIN", `@ ${soaText("10.in-addr.arpa.")}`],
  ["others", "idle.shop.svc.cluster.local. A", "NOERROR", "> idle.shop.svc.cluster.local. 5 A 10.96.0.21"],
];

const NAMESPACES: readonly Row[] = [
  ["a namespace", "secret.svc.cluster.local. A", "NXDOMAIN", SOA],
  ["a Service", "vault.secret.svc.cluster.local. A", "NXDOMAIN", SOA],
  ["a pod", "10-1-2-3.secret.pod.cluster.local. A", "NXDOMAIN", SOA],
  ["an address", "30.0.96.10.in-addr.arpa. PTR", "NXDOMAIN", `@ ${soaText("10.in-addr.arpa.")}`],
  [
    "an endpoint's other name",
    "1.2.244.10.in-addr.arpa. PTR",
    "NOERROR",
    "> 1.2.244.10.in-addr.arpa. 5 PTR 10-244-2-1.pods.shop.svc.cluster.local.",
  ],
  ["the target of an alias", "across.shop.svc.cluster.local. A", "NOERROR", SOA],
];

const POD_NAMES: readonly Row[] = [
  [
    "an endpoint by its pod",
    "pods-0.pods.shop.svc.cluster.local. A",
    "NOERROR",
    "> pods-0.pods.shop.svc.cluster.local. 5 A 10.244.2.1",
  ],
  ["not by its address", "10-244-2-1.pods.shop.svc.cluster.local. A", "NXDOMAIN", SOA],
  [
    "a hostname comes first",
    "named.pods.shop.svc.cluster.local. A",
    "NOERROR",
    "> named.pods.shop.svc.cluster.local. 5 A 10.244.2.2",
  ],
  [
    "SRV",
    "pods.shop.svc.cluster.local. SRV",
    "NOERROR",
    "> pods.shop.svc.cluster.local. 5 SRV 0 50 80 pods-0.pods.shop.svc.cluster.local.",
    "> pods.shop.svc.cluster.local. 5 SRV 0 50 80 named.pods.shop.svc.cluster.local.",
    "+ pods-0.pods.shop.svc.cluster.local. 5 A 10.244.2.1",
    "+ named.pods.shop.svc.cluster.local. 5 A 10.244.2.2",
  ],
  [
    "PTR",
    "1.2.244.10.in-addr.arpa. PTR",
    "NOERROR",
    "> 1.2.244.10.in-addr.arpa. 5 PTR pods-0.pods.shop.svc.cluster.local.",
  ],
];

const NO_ENDPOINTS: readonly Row[] = [
  ["a headless Service", "pods.shop.svc.cluster.local. A", "NXDOMAIN", SOA],
  ["an endpoint", "named.pods.shop.svc.cluster.local. A", "NXDOMAIN", SOA],
  ["an endpoint's address", "2.2.244.10.in-addr.arpa. PTR", "NXDOMAIN", `@ ${soaText("10.in-addr.arpa.")}`],
  [
    "a cluster address",
    "web.shop.svc.cluster.local. A",
    "NOERROR",
    "> web.shop.svc.cluster.local. 5 A 10.96.0.20",
  ],
];

const IGNORE_EMPTY: readonly Row[] = [
  ["a Service without endpoints", "idle.shop.svc.cluster.local. A", "NXDOMAIN", SOA],
  [
    "one with some",
    "web.shop.svc.cluster.local. A",
    "NOERROR",
    "> web.shop.svc.cluster.local. 5 A 10.96.0.20",
  ],
  [
    "an alias",
    "out.shop.svc.cluster.local. CNAME",
    "NOERROR",
    "> out.shop.svc.cluster.local. 5 CNAME www.example.com.",
  ],
];

describe.each([
  ["labels", kubernetes({ selection: 1 }), SELECTION],
  ["namespaces", kubernetes({ namespaces: ["shop"] }), NAMESPACES],
  ["endpoint_pod_names", kubernetes({ endpointPodNames: true, namespaces: ["shop"] }), POD_NAMES],
  ["noendpoints", kubernetes({ noEndpoints: true }), NO_ENDPOINTS],
  ["ignore empty_service", kubernetes({ ignoreEmpty: true }), IGNORE_EMPTY],
])("%s", (_, plugin, rows) => {
  it.each(rows)("%s", async (_, question, ...answer) => {
    expect(await ask(viewOf(DATA, { plugins: [plugin] }), question)).toEqual(answer);
  });

  it.each(rows)("from KV: %s", async (_, question, ...answer) => {
    expect(await ask(viewOf(DATA, { plugins: [plugin], reads: "later" }), question)).toEqual(answer);
  });
});

describe("several plugins", () => {
  const plugins = [
    kubernetes({ namespaces: ["shop"], fallthrough: ["cluster.local"] }),
    kubernetes({ zones: ["cluster.local", "other.test"], ttl: 30 }),
  ];

  it.each<Row>([
    ["the first", "web.shop.svc.cluster.local. A", "NOERROR", "> web.shop.svc.cluster.local. 5 A 10.96.0.20"],
    [
      "the next for what falls through",
      "vault.secret.svc.cluster.local. A",
      "NOERROR",
      "> vault.secret.svc.cluster.local. 30 A 10.96.0.30",
    ],
    [
      "another zone",
      "vault.secret.svc.other.test. A",
      "NOERROR",
      "> vault.secret.svc.other.test. 30 A 10.96.0.30",
    ],
    [
      "an alias into another zone is resolved anew",
      "other-zone.shop.svc.cluster.local. A",
      "NOERROR",
      "> other-zone.shop.svc.cluster.local. 5 CNAME vault.secret.svc.other.test.",
      "> vault.secret.svc.other.test. 30 A 10.96.0.30",
    ],
    ["names of nobody fail, as in CoreDNS", "www.example.com. A", "SERVFAIL"],
  ])("%s", async (_, question, ...answer) => {
    expect(await ask(viewOf(DATA, { plugins }), question)).toEqual(answer);
    expect(await ask(viewOf(DATA, { plugins, reads: "later" }), question)).toEqual(answer);
  });
});

describe("a view of some namespaces", () => {
  const visible = { namespaces: new Set(["shop"]) };
  const plugins = [kubernetes({ pods: "insecure" })];

  it.each<Row>([
    ...NAMESPACES,
    ["the alias itself", "across.shop.svc.cluster.local. CNAME", "NOERROR", SOA],
    ["name servers", "ns.dns.cluster.local. A", "NOERROR", SOA],
    ["name servers: NS", "cluster.local. NS", "NOERROR", "> cluster.local. 5 NS ns.dns.cluster.local."],
    [
      "what it sees",
      "web.shop.svc.cluster.local. A",
      "NOERROR",
      "> web.shop.svc.cluster.local. 5 A 10.96.0.20",
    ],
  ])("%s", async (_, question, ...answer) => {
    expect(await ask(viewOf(DATA, { plugins }), question, { visible })).toEqual(answer);
  });

  const hidden = /secret|vault|twin|kube|10\.96\.0\.30|10\.96\.0\.10|10\.244\.3\.1/;
  const words =
    "shop secret svc pod web vault pods across other-zone twin ns dns _http _tcp 10-244-3-1 kube-dns";
  const label = fc.constantFrom(...`${words} kube-system 30 0 96 10 1 3 244`.split(" "));
  const zone = fc.constantFrom("cluster.local", "other.test", "in-addr.arpa", "ext.test");
  const type = fc.constantFrom("A", "AAAA", "SRV", "PTR", "CNAME", "TXT", "NS", "SOA", "MX", "ANY");
  const namesOf = (lines: readonly string[]) =>
    lines.filter((line) => /^[>+]/.test(line)).map((line) => line.slice(2).split(" ").slice(1).join(" "));

  it("shows nothing of the others, whatever is asked", async () => {
    const plugins: DnsPlugin[] = [
      { plugin: "k8s_external", zones: ["ext.test"], apex: "dns", ttl: 5, headless: true },
      kubernetes({ zones: ["cluster.local", "other.test", "in-addr.arpa"], endpointPodNames: true }),
    ];
    const view = viewOf(DATA, { plugins });
    await fc.assert(
      fc.asyncProperty(fc.array(label, { maxLength: 5 }), zone, type, async (labels, zone, type) => {
        const lines = await ask(view, `${[...labels, zone].join(".")}. ${type}`, { visible });
        // A pod's address is spelled by whoever asks, in a namespace that they see.
        expect(namesOf(lines).filter((text) => hidden.test(text) && !labels.includes("pod"))).toEqual([]);
      }),
      { numRuns: runs(1500) },
    );
  });

  it("answers with names that lead from the question alone", async () => {
    const view = viewOf(DATA, {
      plugins: [kubernetes({ zones: ["cluster.local", "other.test", "in-addr.arpa"] })],
    });
    await fc.assert(
      fc.asyncProperty(fc.array(label, { maxLength: 5 }), zone, type, async (labels, zone, type) => {
        const name = `${[...labels, zone].join(".")}.`;
        const lines = await ask(view, `${name} ${type}`);
        const reachable = new Set([name]);
        for (const line of lines.slice(1).filter((line) => !line.startsWith("@"))) {
          const words = line.slice(2).split(" ");
          expect(reachable).toContain(words[0]);
          if (/^(?:CNAME|SRV|NS|PTR)$/.test(words[2] ?? "")) reachable.add(words.at(-1) ?? "");
        }
      }),
      { numRuns: runs(1500) },
    );
  });
});
