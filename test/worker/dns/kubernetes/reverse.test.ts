/** Reverse names: PTR records for cluster addresses and endpoints; what is not the cluster's is passed on. */
import { describe, expect, it } from "vitest";
import { ask } from "../support/ask.ts";
import { CLUSTER, soaText } from "../support/cluster.ts";
import { viewOf } from "../support/snapshot.ts";

type Row = readonly [behaviour: string, question: string, ...answer: string[]];

/** `fd00:244::1` and others, as names below ip6.arpa. */
function ip6(groups: string): string {
  const digits = groups
    .split(":")
    .map((group) => group.padStart(4, "0"))
    .join("");
  return `${Array.from(digits).toReversed().join(".")}.ip6.arpa.`;
}

const SERVICE6 = ip6("fd00:10:96:0:0:0:0:30");
const ENDPOINT6 = ip6("fd00:244:0:0:0:0:0:1");

const ROWS: readonly Row[] = [
  [
    "a cluster address",
    "20.0.96.10.in-addr.arpa. PTR",
    "NOERROR",
    "> 20.0.96.10.in-addr.arpa. 5 PTR web.shop.svc.cluster.local.",
  ],
  [
    "an IPv6 cluster address",
    `${SERVICE6} PTR`,
    "NOERROR",
    `> ${SERVICE6} 5 PTR dual.shop.svc.cluster.local.`,
  ],
  [
    "an endpoint by its hostname",
    "1.2.244.10.in-addr.arpa. PTR",
    "NOERROR",
    "> 1.2.244.10.in-addr.arpa. 5 PTR db-0.db.shop.svc.cluster.local.",
  ],
  [
    "an IPv6 endpoint",
    `${ENDPOINT6} PTR`,
    "NOERROR",
    `> ${ENDPOINT6} 5 PTR fd00-244--1.mixed.shop.svc.cluster.local.`,
  ],
  [
    "an endpoint of two Services: both names, each once",
    "1.3.244.10.in-addr.arpa. PTR",
    "NOERROR",
    "> 1.3.244.10.in-addr.arpa. 5 PTR 10-244-3-1.mixed.shop.svc.cluster.local.",
    "> 1.3.244.10.in-addr.arpa. 5 PTR 10-244-3-1.other.shop.svc.cluster.local.",
  ],
  [
    "a cluster address comes before endpoint names",
    "9.2.244.10.in-addr.arpa. PTR",
    "NOERROR",
    "> 9.2.244.10.in-addr.arpa. 5 PTR web.shop.svc.cluster.local.",
  ],
  [
    "the question's case is kept",
    "20.0.96.10.IN-Addr.ARPA. PTR",
    "NOERROR",
    "> 20.0.96.10.IN-Addr.ARPA. 5 PTR web.shop.svc.cluster.local.",
  ],
  [
    "IPv6 digits of either case",
    `${SERVICE6.toUpperCase()} PTR`,
    "NOERROR",
    `> ${SERVICE6.toUpperCase()} 5 PTR dual.shop.svc.cluster.local.`,
  ],
  ["another type of a known address is nobody's, as in CoreDNS", "20.0.96.10.in-addr.arpa. A", "REFUSED"],
  ["another type of a known IPv6 address", `${SERVICE6} TXT`, "REFUSED"],
  [
    "SOA of a known address is NODATA",
    "20.0.96.10.in-addr.arpa. SOA",
    "NOERROR",
    `@ ${soaText("in-addr.arpa.")}`,
  ],
  ["a Service's name below a reverse zone", "web.shop.svc.in-addr.arpa. A", "REFUSED"],
  ["a namespace below a reverse zone", "shop.svc.in-addr.arpa. A", "REFUSED"],
  ["the branch below a reverse zone", "svc.in-addr.arpa. A", "NOERROR", `@ ${soaText("in-addr.arpa.")}`],
  [
    "a reverse zone's name server",
    "ns.dns.in-addr.arpa. A",
    "NOERROR",
    "> ns.dns.in-addr.arpa. 5 A 10.96.0.10",
  ],
  ["an unknown address of a known block", "99.0.96.10.in-addr.arpa. PTR", "REFUSED"],
  ["an address of no block", "1.2.0.192.in-addr.arpa. PTR", "REFUSED"],
  ["a pod alone has no name", "7.2.244.10.in-addr.arpa. PTR", "REFUSED"],
  ["an unknown IPv6 address", `${ip6("fd00:244:0:0:0:0:0:2")} PTR`, "REFUSED"],
  ["the zone itself: PTR", "in-addr.arpa. PTR", "NOERROR", `@ ${soaText("in-addr.arpa.")}`],
  [
    "the zone itself: NS",
    "in-addr.arpa. NS",
    "NOERROR",
    "> in-addr.arpa. 5 NS kube-dns.kube-system.svc.in-addr.arpa.",
    "+ kube-dns.kube-system.svc.in-addr.arpa. 5 A 10.96.0.10",
    "+ kube-dns.kube-system.svc.in-addr.arpa. 5 AAAA fd00:10:96::a",
  ],
  ["the zone itself", "in-addr.arpa. SOA", "NOERROR", `> ${soaText("in-addr.arpa.")}`],
  ["a part of an address", "96.10.in-addr.arpa. PTR", "REFUSED"],
  ["more than an address", "1.20.0.96.10.in-addr.arpa. PTR", "REFUSED"],
  ["a number over 255", "256.0.96.10.in-addr.arpa. PTR", "REFUSED"],
  ["a leading zero", "020.0.96.10.in-addr.arpa. PTR", "REFUSED"],
  ["a digit that is none", `${SERVICE6.replace("f.ip6", "g.ip6")} PTR`, "REFUSED"],
];

describe("reverse names", () => {
  it.each(ROWS)("%s", async (_, question, ...answer) => {
    expect(await ask(viewOf(CLUSTER), question)).toEqual(answer);
  });

  it.each(ROWS)("from KV: %s", async (_, question, ...answer) => {
    expect(await ask(viewOf(CLUSTER, { reads: "later" }), question)).toEqual(answer);
  });
});
