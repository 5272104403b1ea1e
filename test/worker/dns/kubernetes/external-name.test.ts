/** Kubernetes DNS specification 1.1.0, 2.5; how far an alias is followed is CoreDNS's. */
import { describe, expect, it } from "vitest";
import { ask } from "../support/ask.ts";
import { CLUSTER, SOA } from "../support/cluster.ts";
import { questionOf } from "../support/zone-text.ts";
import { viewOf } from "../support/snapshot.ts";

type Row = readonly [behaviour: string, question: string, ...answer: string[]];

const ROWS: readonly Row[] = [
  [
    "A of a name outside the zone: the CNAME alone",
    "search.shop.svc.cluster.local. A",
    "NOERROR",
    "> search.shop.svc.cluster.local. 5 CNAME search.example.com.",
  ],
  [
    "AAAA of a name outside the zone: the CNAME alone",
    "search.shop.svc.cluster.local. AAAA",
    "NOERROR",
    "> search.shop.svc.cluster.local. 5 CNAME search.example.com.",
  ],
  [
    "CNAME",
    "search.shop.svc.cluster.local. CNAME",
    "NOERROR",
    "> search.shop.svc.cluster.local. 5 CNAME search.example.com.",
  ],
  ["no SRV: NODATA", "search.shop.svc.cluster.local. SRV", "NOERROR", SOA],
  ["TXT is NODATA", "search.shop.svc.cluster.local. TXT", "NOERROR", SOA],
  ["a name below", "www.search.shop.svc.cluster.local. A", "NXDOMAIN", SOA],
  ["a name below: CNAME", "www.search.shop.svc.cluster.local. CNAME", "NXDOMAIN", SOA],
  ["a port's name below", "_http._tcp.search.shop.svc.cluster.local. SRV", "NXDOMAIN", SOA],
  ["a port's name below: CNAME", "_http._tcp.search.shop.svc.cluster.local. CNAME", "NXDOMAIN", SOA],
  ["PTR is NODATA", "search.shop.svc.cluster.local. PTR", "NOERROR", SOA],
  [
    "an alias in the zone is followed",
    "alias.shop.svc.cluster.local. A",
    "NOERROR",
    "> alias.shop.svc.cluster.local. 5 CNAME web.shop.svc.cluster.local.",
    "> web.shop.svc.cluster.local. 5 A 10.96.0.20",
  ],
  [
    "the target keeps its own case",
    "alias-up.shop.svc.cluster.local. A",
    "NOERROR",
    "> alias-up.shop.svc.cluster.local. 5 CNAME DB.Shop.svc.CLUSTER.local.",
    "> DB.Shop.svc.CLUSTER.local. 5 A 10.244.2.1",
    "> DB.Shop.svc.CLUSTER.local. 5 A 10.244.2.2",
  ],
  [
    "an alias of an alias is followed",
    "alias2.shop.svc.cluster.local. A",
    "NOERROR",
    "> alias2.shop.svc.cluster.local. 5 CNAME alias.shop.svc.cluster.local.",
    "> alias.shop.svc.cluster.local. 5 CNAME web.shop.svc.cluster.local.",
    "> web.shop.svc.cluster.local. 5 A 10.96.0.20",
  ],
  [
    "CNAME is not followed",
    "alias2.shop.svc.cluster.local. CNAME",
    "NOERROR",
    "> alias2.shop.svc.cluster.local. 5 CNAME alias.shop.svc.cluster.local.",
  ],
  [
    "an alias that leaves the zone ends there",
    "alias-out.shop.svc.cluster.local. A",
    "NOERROR",
    "> alias-out.shop.svc.cluster.local. 5 CNAME search.shop.svc.cluster.local.",
    "> search.shop.svc.cluster.local. 5 CNAME search.example.com.",
  ],
  ["an alias of a type that the target lacks: NODATA", "alias.shop.svc.cluster.local. AAAA", "NOERROR", SOA],
  ["an alias of nothing: NODATA", "alias-gone.shop.svc.cluster.local. A", "NOERROR", SOA],
  ["an alias of itself: NODATA", "alias-self.shop.svc.cluster.local. A", "NOERROR", SOA],
  ["aliases in a circle: NODATA", "alias-a.shop.svc.cluster.local. A", "NOERROR", SOA],
  ["nine aliases are too many: NODATA", "hop-1.shop.svc.cluster.local. A", "NOERROR", SOA],
  ["an IPv4 address as external name", "address.shop.svc.cluster.local. A", "NXDOMAIN", SOA],
  ["an IPv4 address as external name: CNAME", "address.shop.svc.cluster.local. CNAME", "NXDOMAIN", SOA],
  ["an IPv6 address as external name", "address6.shop.svc.cluster.local. AAAA", "NXDOMAIN", SOA],
  ["an external name that is no name", "nonsense.shop.svc.cluster.local. A", "NXDOMAIN", SOA],
];

describe("ExternalName Services", () => {
  it.each(ROWS)("%s", async (_, question, ...answer) => {
    expect(await ask(viewOf(CLUSTER), question)).toEqual(answer);
  });

  it.each(ROWS)("from KV: %s", async (_, question, ...answer) => {
    expect(await ask(viewOf(CLUSTER, { reads: "later" }), question)).toEqual(answer);
  });

  it("follows eight aliases", async () => {
    const lines = await ask(viewOf(CLUSTER), "hop-2.shop.svc.cluster.local. A");
    expect(lines).toHaveLength(1 + 8 + 1);
    expect(lines.at(-1)).toBe("> web.shop.svc.cluster.local. 5 A 10.96.0.20");
  });

  it("are followed within the zones of a view only", async () => {
    const { name } = questionOf("alias.shop.svc.cluster.local. A");
    const lines = await ask(viewOf(CLUSTER), "alias.shop.svc.cluster.local. A", {
      visible: { zones: [name] },
    });
    expect(lines).toEqual(["NOERROR", "> alias.shop.svc.cluster.local. 5 CNAME web.shop.svc.cluster.local."]);
  });
});
