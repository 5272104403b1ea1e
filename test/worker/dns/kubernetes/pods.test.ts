/** Pod names in CoreDNS's three modes. */
import { describe, expect, it } from "vitest";
import type { PodMode } from "../../../../contract/index.ts";
import { ask } from "../support/ask.ts";
import { CLUSTER, SOA } from "../support/cluster.ts";
import { viewOf } from "../support/snapshot.ts";

type Row = readonly [behaviour: string, question: string, ...answer: string[]];

const MODES: readonly (readonly [PodMode, readonly Row[]])[] = [
  [
    "disabled",
    [
      ["an address", "10-244-2-7.shop.pod.cluster.local. A", "NXDOMAIN", SOA],
      ["a namespace", "shop.pod.cluster.local. A", "NXDOMAIN", SOA],
      ["the branch is there", "pod.cluster.local. A", "NOERROR", SOA],
    ],
  ],
  [
    "insecure",
    [
      [
        "any IPv4 address",
        "10-1-2-3.shop.pod.cluster.local. A",
        "NOERROR",
        "> 10-1-2-3.shop.pod.cluster.local. 5 A 10.1.2.3",
      ],
      [
        "any IPv6 address",
        "2001-db8--1.shop.pod.cluster.local. AAAA",
        "NOERROR",
        "> 2001-db8--1.shop.pod.cluster.local. 5 AAAA 2001:db8::1",
      ],
      [
        "the case is kept",
        "FD00--A.Shop.POD.cluster.local. AAAA",
        "NOERROR",
        "> FD00--A.Shop.POD.cluster.local. 5 AAAA fd00::a",
      ],
      ["AAAA of an IPv4 address is NODATA", "10-1-2-3.shop.pod.cluster.local. AAAA", "NOERROR", SOA],
      ["A of an IPv6 address is NODATA", "2001-db8--1.shop.pod.cluster.local. A", "NOERROR", SOA],
      [
        "SRV has no port in particular, as in CoreDNS",
        "10-1-2-3.shop.pod.cluster.local. SRV",
        "NOERROR",
        "> 10-1-2-3.shop.pod.cluster.local. 5 SRV 0 100 0 10-1-2-3.shop.pod.cluster.local.",
        "+ 10-1-2-3.shop.pod.cluster.local. 5 A 10.1.2.3",
      ],
      ["MX is NODATA", "10-1-2-3.shop.pod.cluster.local. MX", "NOERROR", SOA],
      ["TXT is NODATA", "10-1-2-3.shop.pod.cluster.local. TXT", "NOERROR", SOA],
      ["no such namespace", "10-1-2-3.nowhere.pod.cluster.local. A", "NXDOMAIN", SOA],
      ["a number over 255", "10-1-2-333.shop.pod.cluster.local. A", "NXDOMAIN", SOA],
      ["a leading zero", "10-01-2-3.shop.pod.cluster.local. A", "NXDOMAIN", SOA],
      ["three numbers", "10-1-2.shop.pod.cluster.local. A", "NXDOMAIN", SOA],
      ["dots in place of dashes", "10\\0461\\0462\\0463.shop.pod.cluster.local. A", "NXDOMAIN", SOA],
      ["a name that is no address", "web-0.shop.pod.cluster.local. A", "NXDOMAIN", SOA],
      [
        "a name below a pod's is the pod's, as in CoreDNS",
        "x.10-1-2-3.shop.pod.cluster.local. A",
        "NOERROR",
        "> x.10-1-2-3.shop.pod.cluster.local. 5 A 10.1.2.3",
      ],
      [
        "and so is a port's name",
        "_http._tcp.10-1-2-3.shop.pod.cluster.local. A",
        "NOERROR",
        "> _http._tcp.10-1-2-3.shop.pod.cluster.local. 5 A 10.1.2.3",
      ],
      ["too many labels", "x.y.z.10-1-2-3.shop.pod.cluster.local. A", "NXDOMAIN", SOA],
      ["a namespace", "shop.pod.cluster.local. A", "NOERROR", SOA],
      ["an unknown namespace", "nowhere.pod.cluster.local. A", "NXDOMAIN", SOA],
    ],
  ],
  [
    "verified",
    [
      [
        "the address of a pod of the namespace",
        "10-244-2-7.shop.pod.cluster.local. A",
        "NOERROR",
        "> 10-244-2-7.shop.pod.cluster.local. 5 A 10.244.2.7",
      ],
      [
        "a pod that is an endpoint too",
        "10-244-3-1.shop.pod.cluster.local. A",
        "NOERROR",
        "> 10-244-3-1.shop.pod.cluster.local. 5 A 10.244.3.1",
      ],
      [
        "an IPv6 pod",
        "fd00-244--1.shop.pod.cluster.local. AAAA",
        "NOERROR",
        "> fd00-244--1.shop.pod.cluster.local. 5 AAAA fd00:244::1",
      ],
      [
        "an address that the cluster spells otherwise",
        "fd00-244-0--1.shop.pod.cluster.local. AAAA",
        "NXDOMAIN",
        SOA,
      ],
      ["a pod of another namespace", "10-244-2-7.empty.pod.cluster.local. A", "NXDOMAIN", SOA],
      ["a namespace whose name only begins alike", "10-244-2-7.sho.pod.cluster.local. A", "NXDOMAIN", SOA],
      ["an address that is no pod's", "10-244-2-1.shop.pod.cluster.local. A", "NXDOMAIN", SOA],
      ["an address of no block", "10-250-0-1.shop.pod.cluster.local. A", "NXDOMAIN", SOA],
      ["a namespace", "shop.pod.cluster.local. A", "NOERROR", SOA],
    ],
  ],
];

describe.each(MODES)("pods %s", (pods, rows) => {
  it.each(rows)("%s", async (_, question, ...answer) => {
    expect(await ask(viewOf(CLUSTER, { dns: { pods } }), question)).toEqual(answer);
  });

  it.each(rows)("from KV: %s", async (_, question, ...answer) => {
    expect(await ask(viewOf(CLUSTER, { dns: { pods }, reads: "later" }), question)).toEqual(answer);
  });
});
