/** Kubernetes DNS specification 1.1.0, 2.3 and 2.4; CoreDNS kubernetes plugin where it says more. */
import { describe, expect, it } from "vitest";
import type { ServiceRecord } from "../../../../contract/index.ts";
import { ask } from "../support/ask.ts";
import { CLUSTER, SOA } from "../support/cluster.ts";
import { viewOf } from "../support/snapshot.ts";

type Row = readonly [behaviour: string, question: string, ...answer: string[]];

const CLUSTER_ADDRESS: readonly Row[] = [
  [
    "A of a Service is its cluster address",
    "web.shop.svc.cluster.local. A",
    "NOERROR",
    "> web.shop.svc.cluster.local. 5 A 10.96.0.20",
  ],
  ["AAAA of an IPv4 Service is NODATA", "web.shop.svc.cluster.local. AAAA", "NOERROR", SOA],
  [
    "a dual-stack Service answers A",
    "dual.shop.svc.cluster.local. A",
    "NOERROR",
    "> dual.shop.svc.cluster.local. 5 A 10.96.0.30",
  ],
  [
    "a dual-stack Service answers AAAA",
    "dual.shop.svc.cluster.local. AAAA",
    "NOERROR",
    "> dual.shop.svc.cluster.local. 5 AAAA fd00:10:96::30",
  ],
  [
    "an IPv6 Service answers AAAA",
    "six.shop.svc.cluster.local. AAAA",
    "NOERROR",
    "> six.shop.svc.cluster.local. 5 AAAA fd00:10:96::6",
  ],
  ["A of an IPv6 Service is NODATA", "six.shop.svc.cluster.local. A", "NOERROR", SOA],
  ["CNAME of a Service with an address is NODATA", "web.shop.svc.cluster.local. CNAME", "NOERROR", SOA],
  ["TXT of a Service is NODATA", "web.shop.svc.cluster.local. TXT", "NOERROR", SOA],
  ["MX of a Service is NODATA", "web.shop.svc.cluster.local. MX", "NOERROR", SOA],
  ["NS of a Service is NODATA", "web.shop.svc.cluster.local. NS", "NOERROR", SOA],
  ["SOA of a Service is NODATA", "web.shop.svc.cluster.local. SOA", "NOERROR", SOA],
  ["PTR of a Service is NODATA", "web.shop.svc.cluster.local. PTR", "NOERROR", SOA],
  ["HTTPS of a Service is NODATA", "web.shop.svc.cluster.local. HTTPS", "NOERROR", SOA],
  [
    "an endpoint of a Service with a cluster address has a name too",
    "10-244-1-7.web.shop.svc.cluster.local. A",
    "NOERROR",
    "> 10-244-1-7.web.shop.svc.cluster.local. 5 A 10.244.1.7",
  ],
  ["an endpoint that is not ready has none", "10-244-1-8.web.shop.svc.cluster.local. A", "NXDOMAIN", SOA],
  ["an endpoint that is nobody's", "10-9-9-9.web.shop.svc.cluster.local. A", "NXDOMAIN", SOA],
];

const SRV: readonly Row[] = [
  [
    "SRV of a named port",
    "_http._tcp.web.shop.svc.cluster.local. SRV",
    "NOERROR",
    "> _http._tcp.web.shop.svc.cluster.local. 5 SRV 0 100 80 web.shop.svc.cluster.local.",
    "+ web.shop.svc.cluster.local. 5 A 10.96.0.20",
  ],
  [
    "SRV of a bare name has every port",
    "web.shop.svc.cluster.local. SRV",
    "NOERROR",
    "> web.shop.svc.cluster.local. 5 SRV 0 50 80 web.shop.svc.cluster.local.",
    "> web.shop.svc.cluster.local. 5 SRV 0 50 443 web.shop.svc.cluster.local.",
    "+ web.shop.svc.cluster.local. 5 A 10.96.0.20",
  ],
  [
    "SRV of a bare name has unnamed ports as well",
    "plain.shop.svc.cluster.local. SRV",
    "NOERROR",
    "> plain.shop.svc.cluster.local. 5 SRV 0 100 7 plain.shop.svc.cluster.local.",
    "+ plain.shop.svc.cluster.local. 5 A 10.96.0.40",
  ],
  [
    "SRV of a dual-stack Service: one record, half the weight, both addresses",
    "_http._tcp.dual.shop.svc.cluster.local. SRV",
    "NOERROR",
    "> _http._tcp.dual.shop.svc.cluster.local. 5 SRV 0 50 80 dual.shop.svc.cluster.local.",
    "+ dual.shop.svc.cluster.local. 5 A 10.96.0.30",
    "+ dual.shop.svc.cluster.local. 5 AAAA fd00:10:96::30",
  ],
  [
    "SRV of one port number under two protocols: one record",
    "kube-dns.kube-system.svc.cluster.local. SRV",
    "NOERROR",
    "> kube-dns.kube-system.svc.cluster.local. 5 SRV 0 16 53 kube-dns.kube-system.svc.cluster.local.",
    "> kube-dns.kube-system.svc.cluster.local. 5 SRV 0 16 9153 kube-dns.kube-system.svc.cluster.local.",
    "+ kube-dns.kube-system.svc.cluster.local. 5 A 10.96.0.10",
    "+ kube-dns.kube-system.svc.cluster.local. 5 AAAA fd00:10:96::a",
  ],
  [
    "SRV of an endpoint's name, with the endpoint's ports",
    "10-244-1-7.web.shop.svc.cluster.local. SRV",
    "NOERROR",
    "> 10-244-1-7.web.shop.svc.cluster.local. 5 SRV 0 50 8080 10-244-1-7.web.shop.svc.cluster.local.",
    "> 10-244-1-7.web.shop.svc.cluster.local. 5 SRV 0 50 8443 10-244-1-7.web.shop.svc.cluster.local.",
    "+ 10-244-1-7.web.shop.svc.cluster.local. 5 A 10.244.1.7",
  ],
  ["SRV of an unknown port", "_ftp._tcp.web.shop.svc.cluster.local. SRV", "NXDOMAIN", SOA],
  ["SRV of a port under another protocol", "_http._udp.web.shop.svc.cluster.local. SRV", "NXDOMAIN", SOA],
  [
    "a lone underscore stands for every port, as in CoreDNS",
    "_._tcp.plain.shop.svc.cluster.local. SRV",
    "NOERROR",
    "> _._tcp.plain.shop.svc.cluster.local. 5 SRV 0 100 7 plain.shop.svc.cluster.local.",
    "+ plain.shop.svc.cluster.local. 5 A 10.96.0.40",
  ],
  [
    "and for every protocol",
    "_http._.web.shop.svc.cluster.local. SRV",
    "NOERROR",
    "> _http._.web.shop.svc.cluster.local. 5 SRV 0 100 80 web.shop.svc.cluster.local.",
    "+ web.shop.svc.cluster.local. 5 A 10.96.0.20",
  ],
  [
    "ports match without case, and keep it in the answer",
    "_HtTp._TcP.wEb.ShOp.SvC.cLuStEr.LoCaL. SRV",
    "NOERROR",
    "> _HtTp._TcP.wEb.ShOp.SvC.cLuStEr.LoCaL. 5 SRV 0 100 80 web.shop.svc.cLuStEr.LoCaL.",
    "+ web.shop.svc.cLuStEr.LoCaL. 5 A 10.96.0.20",
  ],
  [
    "A of a port's name is the Service's address (CoreDNS)",
    "_http._tcp.web.shop.svc.cluster.local. A",
    "NOERROR",
    "> _http._tcp.web.shop.svc.cluster.local. 5 A 10.96.0.20",
  ],
  [
    "underscores may be missing (CoreDNS)",
    "http.tcp.web.shop.svc.cluster.local. A",
    "NOERROR",
    "> http.tcp.web.shop.svc.cluster.local. 5 A 10.96.0.20",
  ],
  ["a name below a port's name", "x._http._tcp.web.shop.svc.cluster.local. SRV", "NXDOMAIN", SOA],
];

const HEADLESS: readonly Row[] = [
  [
    "A of a headless Service: its ready endpoints",
    "db.shop.svc.cluster.local. A",
    "NOERROR",
    "> db.shop.svc.cluster.local. 5 A 10.244.2.1",
    "> db.shop.svc.cluster.local. 5 A 10.244.2.2",
  ],
  [
    "A of an endpoint's hostname",
    "db-1.db.shop.svc.cluster.local. A",
    "NOERROR",
    "> db-1.db.shop.svc.cluster.local. 5 A 10.244.2.2",
  ],
  ["a hostname that is not ready", "db-2.db.shop.svc.cluster.local. A", "NXDOMAIN", SOA],
  [
    "an endpoint with a hostname has no dashed name",
    "10-244-2-1.db.shop.svc.cluster.local. A",
    "NXDOMAIN",
    SOA,
  ],
  [
    "A: each address once, IPv4 only",
    "mixed.shop.svc.cluster.local. A",
    "NOERROR",
    "> mixed.shop.svc.cluster.local. 5 A 10.244.3.1",
    "> mixed.shop.svc.cluster.local. 5 A 10.244.3.2",
    "> mixed.shop.svc.cluster.local. 5 A 10.244.3.3",
    "> mixed.shop.svc.cluster.local. 5 A 10.244.3.4",
  ],
  [
    "AAAA: IPv6 only",
    "mixed.shop.svc.cluster.local. AAAA",
    "NOERROR",
    "> mixed.shop.svc.cluster.local. 5 AAAA fd00:244::1",
    "> mixed.shop.svc.cluster.local. 5 AAAA fd00:244::",
  ],
  [
    "a hostname of two endpoints",
    "twin.mixed.shop.svc.cluster.local. A",
    "NOERROR",
    "> twin.mixed.shop.svc.cluster.local. 5 A 10.244.3.3",
    "> twin.mixed.shop.svc.cluster.local. 5 A 10.244.3.4",
  ],
  [
    "a dashed IPv4 address",
    "10-244-3-1.mixed.shop.svc.cluster.local. A",
    "NOERROR",
    "> 10-244-3-1.mixed.shop.svc.cluster.local. 5 A 10.244.3.1",
  ],
  [
    "a dashed IPv6 address: `::` becomes `--`",
    "FD00-244--1.mixed.shop.svc.cluster.local. AAAA",
    "NOERROR",
    "> FD00-244--1.mixed.shop.svc.cluster.local. 5 AAAA fd00:244::1",
  ],
  [
    "a dashed IPv6 address that would end in a dash gets a zero",
    "fd00-244--0.mixed.shop.svc.cluster.local. AAAA",
    "NOERROR",
    "> fd00-244--0.mixed.shop.svc.cluster.local. 5 AAAA fd00:244::",
  ],
  ["A of an IPv6 endpoint's name is NODATA", "fd00-244--1.mixed.shop.svc.cluster.local. A", "NOERROR", SOA],
  [
    "SRV: endpoints x ports, with addresses",
    "_pg._tcp.db.shop.svc.cluster.local. SRV",
    "NOERROR",
    "> _pg._tcp.db.shop.svc.cluster.local. 5 SRV 0 50 5432 db-0.db.shop.svc.cluster.local.",
    "> _pg._tcp.db.shop.svc.cluster.local. 5 SRV 0 50 5432 db-1.db.shop.svc.cluster.local.",
    "+ db-0.db.shop.svc.cluster.local. 5 A 10.244.2.1",
    "+ db-1.db.shop.svc.cluster.local. 5 A 10.244.2.2",
  ],
  [
    "SRV: equal records become one after weights are shared",
    "mixed.shop.svc.cluster.local. SRV",
    "NOERROR",
    "> mixed.shop.svc.cluster.local. 5 SRV 0 14 80 10-244-3-1.mixed.shop.svc.cluster.local.",
    "> mixed.shop.svc.cluster.local. 5 SRV 0 14 80 10-244-3-2.mixed.shop.svc.cluster.local.",
    "> mixed.shop.svc.cluster.local. 5 SRV 0 14 80 twin.mixed.shop.svc.cluster.local.",
    "> mixed.shop.svc.cluster.local. 5 SRV 0 14 80 fd00-244--1.mixed.shop.svc.cluster.local.",
    "> mixed.shop.svc.cluster.local. 5 SRV 0 14 80 fd00-244--0.mixed.shop.svc.cluster.local.",
    "+ 10-244-3-1.mixed.shop.svc.cluster.local. 5 A 10.244.3.1",
    "+ 10-244-3-2.mixed.shop.svc.cluster.local. 5 A 10.244.3.2",
    "+ twin.mixed.shop.svc.cluster.local. 5 A 10.244.3.3",
    "+ twin.mixed.shop.svc.cluster.local. 5 A 10.244.3.4",
    "+ fd00-244--1.mixed.shop.svc.cluster.local. 5 AAAA fd00:244::1",
    "+ fd00-244--0.mixed.shop.svc.cluster.local. 5 AAAA fd00:244::",
  ],
  [
    "SRV of one endpoint",
    "db-1.db.shop.svc.cluster.local. SRV",
    "NOERROR",
    "> db-1.db.shop.svc.cluster.local. 5 SRV 0 100 5432 db-1.db.shop.svc.cluster.local.",
    "+ db-1.db.shop.svc.cluster.local. 5 A 10.244.2.2",
  ],
  ["SRV of a port that no endpoint has", "_http._tcp.db.shop.svc.cluster.local. SRV", "NXDOMAIN", SOA],
  [
    "publishNotReadyAddresses publishes all",
    "starting.shop.svc.cluster.local. A",
    "NOERROR",
    "> starting.shop.svc.cluster.local. 5 A 10.244.4.1",
  ],
  [
    "publishNotReadyAddresses publishes hostnames",
    "first.starting.shop.svc.cluster.local. A",
    "NOERROR",
    "> first.starting.shop.svc.cluster.local. 5 A 10.244.4.1",
  ],
  ["no ready endpoint: A", "idle.shop.svc.cluster.local. A", "NXDOMAIN", SOA],
  ["no ready endpoint: SRV", "idle.shop.svc.cluster.local. SRV", "NXDOMAIN", SOA],
  ["no ready endpoint: TXT", "idle.shop.svc.cluster.local. TXT", "NXDOMAIN", SOA],
  [
    "without ports: A",
    "portless.shop.svc.cluster.local. A",
    "NOERROR",
    "> portless.shop.svc.cluster.local. 5 A 10.244.6.1",
  ],
  ["without ports: SRV is NODATA", "portless.shop.svc.cluster.local. SRV", "NOERROR", SOA],
  ["without ports: no SRV name", "_http._tcp.portless.shop.svc.cluster.local. SRV", "NXDOMAIN", SOA],
];

describe.each([
  ["Services with a cluster address", CLUSTER_ADDRESS],
  ["SRV", SRV],
  ["headless Services", HEADLESS],
])("%s", (_, rows) => {
  it.each(rows)("%s", async (_, question, ...answer) => {
    expect(await ask(viewOf(CLUSTER), question)).toEqual(answer);
  });

  it.each(rows)("from KV: %s", async (_, question, ...answer) => {
    expect(await ask(viewOf(CLUSTER, { reads: "later" }), question)).toEqual(answer);
  });
});

it("gives each of very many targets a weight of at least 1", async () => {
  const endpoints = Array.from({ length: 250 }, (_, i) => ({ address: `10.1.0.${i}`, ready: true }));
  const ports = [{ name: "http", protocol: "TCP" as const, port: 80 }];
  const subsets = [{ ports, endpoints }];
  const crowd: ServiceRecord = { kind: "headless", publishNotReady: false, ports, subsets };
  const view = viewOf({ services: { "shop/crowd": crowd } });
  const lines = await ask(view, "crowd.shop.svc.cluster.local. SRV");
  expect(lines).toHaveLength(1 + 250 + 250);
  expect(lines[1]).toBe(
    "> crowd.shop.svc.cluster.local. 5 SRV 0 1 80 10-1-0-0.crowd.shop.svc.cluster.local.",
  );
});
