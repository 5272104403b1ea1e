/** The cluster that the tables ask about. */
import type { RecordOf, ServicePort } from "../../../../contract/index.ts";
import { SERIAL, type SomeRecords } from "./snapshot.ts";

type Service = RecordOf<"services">;

const http: ServicePort = { name: "http", protocol: "TCP", port: 80 };
const https: ServicePort = { name: "https", protocol: "TCP", port: 443 };
const namespace = { kind: "namespace" } as const;

function externalName(name: string): Service {
  return { kind: "externalName", externalName: name, ports: [http] };
}

const endpoint = (address: string, hostname?: string) =>
  hostname === undefined ? { address, ready: true } : { address, hostname, ready: true };

const services: Readonly<Record<string, Service>> = {
  "kube-system/kube-dns": {
    kind: "clusterIP",
    clusterIPs: ["10.96.0.10", "fd00:10:96::a"],
    ports: [
      { name: "dns", protocol: "UDP", port: 53 },
      { name: "dns-tcp", protocol: "TCP", port: 53 },
      { name: "metrics", protocol: "TCP", port: 9153 },
    ],
    subsets: [],
  },
  "shop/web": {
    kind: "clusterIP",
    clusterIPs: ["10.96.0.20"],
    ports: [http, https],
    subsets: [
      {
        ports: [
          { ...http, port: 8080 },
          { ...https, port: 8443 },
        ],
        endpoints: [endpoint("10.244.1.7"), { address: "10.244.1.8", ready: false }],
      },
    ],
  },
  "shop/dual": {
    kind: "clusterIP",
    clusterIPs: ["10.96.0.30", "fd00:10:96::30"],
    ports: [http],
    subsets: [],
  },
  "shop/six": { kind: "clusterIP", clusterIPs: ["fd00:10:96::6"], ports: [http], subsets: [] },
  "shop/plain": {
    kind: "clusterIP",
    clusterIPs: ["10.96.0.40"],
    ports: [{ name: "", protocol: "TCP", port: 7 }],
    subsets: [],
  },
  "shop/db": {
    kind: "headless",
    publishNotReady: false,
    ports: [{ name: "pg", protocol: "TCP", port: 5432 }],
    subsets: [
      {
        ports: [{ name: "pg", protocol: "TCP", port: 5432 }],
        endpoints: [
          endpoint("10.244.2.1", "db-0"),
          endpoint("10.244.2.2", "db-1"),
          { address: "10.244.2.3", hostname: "db-2", ready: false },
        ],
      },
    ],
  },
  "shop/mixed": {
    kind: "headless",
    publishNotReady: false,
    ports: [http],
    subsets: [
      {
        ports: [http],
        endpoints: [
          endpoint("10.244.3.1"),
          endpoint("10.244.3.2"),
          endpoint("10.244.3.3", "twin"),
          endpoint("10.244.3.4", "twin"),
        ],
      },
      // The same endpoint in two slices, as happens while slices are rebalanced.
      { ports: [http], endpoints: [endpoint("10.244.3.1")] },
      { ports: [http], endpoints: [endpoint("fd00:244::1"), endpoint("fd00:244::")] },
    ],
  },
  "shop/starting": {
    kind: "headless",
    publishNotReady: true,
    ports: [http],
    subsets: [{ ports: [http], endpoints: [{ address: "10.244.4.1", hostname: "first", ready: false }] }],
  },
  "shop/idle": {
    kind: "headless",
    publishNotReady: false,
    ports: [http],
    subsets: [{ ports: [http], endpoints: [{ address: "10.244.5.1", ready: false }] }],
  },
  "shop/portless": {
    kind: "headless",
    publishNotReady: false,
    ports: [],
    subsets: [{ ports: [], endpoints: [endpoint("10.244.6.1", "solo")] }],
  },
  "shop/search": externalName("search.example.com"),
  "shop/alias": externalName("web.shop.svc.cluster.local."),
  "shop/alias-up": externalName("DB.Shop.svc.CLUSTER.local"),
  "shop/alias2": externalName("alias.shop.svc.cluster.local"),
  "shop/alias-out": externalName("search.shop.svc.cluster.local"),
  "shop/alias-gone": externalName("nobody.shop.svc.cluster.local"),
  "shop/alias-self": externalName("alias-self.shop.svc.cluster.local"),
  "shop/alias-a": externalName("alias-b.shop.svc.cluster.local"),
  "shop/alias-b": externalName("alias-a.shop.svc.cluster.local"),
  "shop/address": externalName("192.0.2.1"),
  "shop/address6": externalName("2001:db8::1"),
  "shop/nonsense": externalName("a..b"),
  ...chainOfAliases(9),
};

/** `hop-1` is the first of `count` aliases in front of `web`. */
function chainOfAliases(count: number): Record<string, Service> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `shop/hop-${i + 1}`,
      externalName(i + 1 === count ? "web.shop.svc.cluster.local" : `hop-${i + 2}.shop.svc.cluster.local`),
    ]),
  );
}

export const CLUSTER: SomeRecords = {
  services,
  zones: { "namespace/shop": namespace, "namespace/kube-system": namespace, "namespace/empty": namespace },
  addresses: {
    "10.96.0.0/24": {
      names: {
        "10.96.0.10": [{ service: "kube-system/kube-dns" }],
        "10.96.0.20": [{ service: "shop/web" }],
      },
    },
    "fd00:10:96::/64": {
      names: { "fd00:10:96::30": [{ service: "shop/dual" }] },
    },
    "10.244.2.0/24": {
      names: {
        "10.244.2.1": [{ service: "shop/db", endpoint: "db-0" }],
        // An endpoint that is a cluster address too: that name counts alone.
        "10.244.2.9": [{ service: "shop/db", endpoint: "db-9" }, { service: "shop/web" }],
        "10.244.2.7": [{ pod: "shop/lonely" }],
      },
    },
    "10.244.3.0/24": {
      names: {
        "10.244.3.1": [
          { pod: "shop/mixed-1" },
          { service: "shop/mixed", endpoint: "10-244-3-1" },
          { service: "shop/mixed", endpoint: "10-244-3-1" },
          { service: "shop/other", endpoint: "10-244-3-1" },
        ],
      },
    },
    "fd00:244::/64": {
      names: {
        "fd00:244::1": [{ service: "shop/mixed", endpoint: "fd00-244--1" }, { pod: "shop/mixed-6" }],
      },
    },
  },
};

/** The authority of every negative answer below the cluster domain. */
export const SOA = `@ ${soaText("cluster.local.")}`;

export function soaText(zone: string, ttl = 5): string {
  return `${zone} ${Math.min(ttl, 300)} SOA ns.dns.${zone} hostmaster.${zone} ${SERIAL} 7200 1800 86400 ${ttl}`;
}
