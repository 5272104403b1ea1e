/** Which records stand in which section is CoreDNS's file plugin's; wildcards are those of RFC 4592. */
import { describe, expect, it } from "vitest";
import type { DnsPlugin } from "../../../../contract/index.ts";
import { ask, respondTo } from "../support/ask.ts";
import { CLUSTER } from "../support/cluster.ts";
import { queryFor } from "../support/messages.ts";
import { viewWith, zoneOf } from "../support/servers.ts";
import { questionOf } from "../support/zone-text.ts";

const EXAMPLE = zoneOf(`
  example.org. 3600 SOA ns.example.org. admin.example.org. 7 7200 3600 86400 300
  example.org. 3600 NS ns.example.org.
  example.org. 3600 NS ns.example.net.
  example.org. 3600 MX 10 mail.example.org.
  ns.example.org. 60 A 192.0.2.53
  ns.example.org. 60 AAAA 2001:db8::53
  mail.example.org. 60 A 192.0.2.25
  www.example.org. 60 A 192.0.2.1
  www.example.org. 60 A 192.0.2.2
  www.example.org. 60 HTTPS 1 .
  deep.empty.example.org. 60 A 192.0.2.9
  _sip._tcp.example.org. 60 SRV 1 2 5060 www.example.org.
  alias.example.org. 60 CNAME www.example.org.
  alias2.example.org. 60 CNAME alias.example.org.
  wild-alias.example.org. 60 CNAME any.wild.example.org.
  out.example.org. 60 CNAME web.shop.svc.cluster.local.
  gone.example.org. 60 CNAME nobody.shop.svc.cluster.local.
  far.example.org. 60 CNAME www.example.com.
  circle-a.example.org. 60 CNAME circle-b.example.org.
  circle-b.example.org. 60 CNAME circle-a.example.org.
  *.wild.example.org. 60 A 192.0.2.42
  *.wild.example.org. 60 MX 5 mail.example.org.
  one.wild.example.org. 60 TXT one
  below.ent.wild.example.org. 60 TXT below
  *.mapped.example.org. 60 CNAME www.example.org.
  x.*.inner.example.org. 60 TXT inner
  old.example.org. 60 DNAME example.org.
  moved.example.org. 60 DNAME example.com.
  long.example.org. 60 DNAME ${"y".repeat(63)}.${"y".repeat(63)}.${"y".repeat(63)}.example.com.
  sub.example.org. 60 NS ns.sub.example.org.
  sub.example.org. 60 NS ns.example.org.
  sub.example.org. 60 DS 1 2 3 4
  ns.sub.example.org. 60 A 192.0.2.54
  under.sub.example.org. 60 A 192.0.2.55
`);
const NESTED = zoneOf(`
  sub2.example.org. 60 SOA ns.example.org. admin.example.org. 1 2 3 4 5
  sub2.example.org. 60 NS ns.example.org.
`);

const ZONES: DnsPlugin = {
  plugin: "file",
  files: [
    { zone: "example.org", record: "file/example.org" },
    { zone: "sub2.example.org", record: "file/sub2.example.org" },
    { zone: "broken.org", record: "file/broken.org" },
  ],
};
const KUBERNETES: DnsPlugin = { plugin: "kubernetes", zones: ["cluster.local"], ttl: 5, pods: "insecure" };
const RECORDS = {
  ...CLUSTER,
  zones: { ...CLUSTER.zones, "file/example.org": EXAMPLE, "file/sub2.example.org": NESTED },
};
const view = viewWith([KUBERNETES, ZONES], RECORDS);

const SOA = "@ example.org. 3600 SOA ns.example.org. admin.example.org. 7 7200 3600 86400 300";
const NS = ["@ example.org. 3600 NS ns.example.org.", "@ example.org. 3600 NS ns.example.net."];
const WWW = ["> www.example.org. 60 A 192.0.2.1", "> www.example.org. 60 A 192.0.2.2"];

type Row = readonly [behaviour: string, question: string, ...answer: string[]];

const ROWS: readonly Row[] = [
  ["an address, with the zone's servers as authority", "www.example.org. A", "NOERROR", ...WWW, ...NS],
  [
    "the owner is written as the question writes it",
    "WWW.Example.org. A",
    "NOERROR",
    ...WWW.map((line) => line.replace("www.example.org", "WWW.Example.org")),
    ...NS,
  ],
  ["a type that the name lacks: NODATA", "www.example.org. AAAA", "NOERROR", SOA],
  ["a name that does not exist", "nobody.example.org. A", "NXDOMAIN", SOA],
  ["an empty non-terminal exists", "empty.example.org. A", "NOERROR", SOA],
  ["nothing below an empty non-terminal", "other.empty.example.org. A", "NXDOMAIN", SOA],
  ["ANY has no answer of its own", "www.example.org. ANY", "NOERROR", SOA],
  [
    "SOA at the apex",
    "example.org. SOA",
    "NOERROR",
    "> example.org. 3600 SOA ns.example.org. admin.example.org. 7 7200 3600 86400 300",
    ...NS,
  ],
  [
    "NS at the apex, with addresses",
    "example.org. NS",
    "NOERROR",
    "> example.org. 3600 NS ns.example.org.",
    "> example.org. 3600 NS ns.example.net.",
    "+ ns.example.org. 60 A 192.0.2.53",
    "+ ns.example.org. 60 AAAA 2001:db8::53",
  ],
  ["a type that the apex lacks", "example.org. TXT", "NOERROR", SOA],
  ["SOA below the apex", "www.example.org. SOA", "NOERROR", SOA],
  [
    "MX with addresses",
    "example.org. MX",
    "NOERROR",
    String.raw`> example.org. 3600 TYPE15 \# 20 000a046d61696c076578616d706c65036f726700`,
    ...NS,
    "+ mail.example.org. 60 A 192.0.2.25",
  ],
  [
    "SRV with addresses",
    "_sip._tcp.example.org. SRV",
    "NOERROR",
    "> _sip._tcp.example.org. 60 SRV 1 2 5060 www.example.org.",
    ...NS,
    "+ www.example.org. 60 A 192.0.2.1",
    "+ www.example.org. 60 A 192.0.2.2",
  ],
  [
    "a type that is not looked into",
    "www.example.org. HTTPS",
    "NOERROR",
    String.raw`> www.example.org. 60 TYPE65 \# 3 000100`,
    ...NS,
  ],
  [
    "aliases are followed",
    "alias2.example.org. A",
    "NOERROR",
    "> alias2.example.org. 60 CNAME alias.example.org.",
    "> alias.example.org. 60 CNAME www.example.org.",
    ...WWW,
    ...NS,
  ],
  [
    "CNAME is not followed",
    "alias2.example.org. CNAME",
    "NOERROR",
    "> alias2.example.org. 60 CNAME alias.example.org.",
    ...NS,
  ],
  [
    "an alias of a type that the target lacks",
    "alias.example.org. AAAA",
    "NOERROR",
    "> alias.example.org. 60 CNAME www.example.org.",
    ...NS,
  ],
  [
    "an alias of what a wildcard stands for",
    "wild-alias.example.org. A",
    "NOERROR",
    "> wild-alias.example.org. 60 CNAME any.wild.example.org.",
    "> any.wild.example.org. 60 A 192.0.2.42",
    ...NS,
  ],
  [
    "an alias into the cluster",
    "out.example.org. A",
    "NOERROR",
    "> out.example.org. 60 CNAME web.shop.svc.cluster.local.",
    "> web.shop.svc.cluster.local. 5 A 10.96.0.20",
    ...NS,
  ],
  [
    "an alias of a name that does not exist",
    "gone.example.org. A",
    "NXDOMAIN",
    "> gone.example.org. 60 CNAME nobody.shop.svc.cluster.local.",
    ...NS,
  ],
  [
    "an alias of a name that nobody here answers for",
    "far.example.org. A",
    "NOERROR",
    "> far.example.org. 60 CNAME www.example.com.",
    ...NS,
  ],
  [
    "aliases in a circle end where they began",
    "circle-a.example.org. A",
    "NOERROR",
    "> circle-a.example.org. 60 CNAME circle-b.example.org.",
    "> circle-b.example.org. 60 CNAME circle-a.example.org.",
    ...NS,
  ],
  ["a wildcard", "any.wild.example.org. A", "NOERROR", "> any.wild.example.org. 60 A 192.0.2.42", ...NS],
  [
    "a wildcard stands for several labels",
    "a.b.wild.example.org. A",
    "NOERROR",
    "> a.b.wild.example.org. 60 A 192.0.2.42",
    ...NS,
  ],
  [
    "the wildcard's own name",
    "*.wild.example.org. A",
    "NOERROR",
    "> *.wild.example.org. 60 A 192.0.2.42",
    ...NS,
  ],
  ["a type that the wildcard lacks", "any.wild.example.org. AAAA", "NOERROR", SOA],
  ["a wildcard does not stand for a name that exists", "one.wild.example.org. A", "NOERROR", SOA],
  ["nor for what is below one", "a.one.wild.example.org. A", "NXDOMAIN", SOA],
  ["nor for an empty non-terminal", "ent.wild.example.org. A", "NOERROR", SOA],
  ["nor for what is below an empty non-terminal", "other.ent.wild.example.org. A", "NXDOMAIN", SOA],
  ["nor for the name that it stands below", "wild.example.org. A", "NOERROR", SOA],
  ["a wildcard without records", "any.inner.example.org. A", "NOERROR", SOA],
  [
    "an alias as wildcard",
    "any.mapped.example.org. A",
    "NOERROR",
    "> any.mapped.example.org. 60 CNAME www.example.org.",
    ...WWW,
    ...NS,
  ],
  [
    "DNAME in the zone",
    "www.old.example.org. A",
    "NOERROR",
    "> old.example.org. 60 TYPE39 \\# 13 076578616d706c65036f726700",
    "> www.old.example.org. 60 CNAME www.example.org.",
    ...WWW,
    ...NS,
  ],
  [
    "DNAME out of the zone",
    "a.b.moved.example.org. CNAME",
    "NOERROR",
    "> moved.example.org. 60 TYPE39 \\# 13 076578616d706c6503636f6d00",
    "> a.b.moved.example.org. 60 CNAME a.b.example.com.",
    ...NS,
  ],
  ["DNAME says nothing of its owner", "moved.example.org. A", "NOERROR", SOA],
  [
    "a delegation, with glue of servers below it",
    "www.sub.example.org. A",
    "NOERROR",
    "@ sub.example.org. 60 NS ns.sub.example.org.",
    "@ sub.example.org. 60 NS ns.example.org.",
    "+ ns.sub.example.org. 60 A 192.0.2.54",
  ],
  [
    "what stands below a delegation is not answered",
    "under.sub.example.org. A",
    "NOERROR",
    "@ sub.example.org. 60 NS ns.sub.example.org.",
    "@ sub.example.org. 60 NS ns.example.org.",
    "+ ns.sub.example.org. 60 A 192.0.2.54",
  ],
  [
    "DS is the parent's",
    "sub.example.org. DS",
    "NOERROR",
    String.raw`> sub.example.org. 60 TYPE43 \# 5 0001020304`,
    ...NS,
  ],
  [
    "of two zones the longest answers",
    "www.sub2.example.org. A",
    "NXDOMAIN",
    "@ sub2.example.org. 60 SOA ns.example.org. admin.example.org. 1 2 3 4 5",
  ],
  ["a zone that cannot be read", "www.broken.org. A", "SERVFAIL"],
  ["a name outside", "www.example.com. A", "REFUSED"],
];

describe("file zones", () => {
  it.each(ROWS)("%s: %s", async (_, question, ...answer) => {
    expect(await ask(view, question)).toEqual(answer);
  });

  it("what DNAME makes too long is YXDOMAIN (RFC 6672 2.2)", async () => {
    const label = "z".repeat(60);
    expect((await ask(view, `${label}.long.example.org. A`))[0]).toBe("YXDOMAIN");
  });

  it.each([
    ["www.example.org. A", true],
    ["nobody.example.org. A", true],
    ["www.sub.example.org. A", false],
  ])("%s is authoritative: %s", async (question, authoritative) => {
    expect(await respondTo(view, queryFor([questionOf(question)]))).toMatchObject({ authoritative });
  });

  it.each([
    ["a name that does not exist", "nobody.example.org. A", "REFUSED"],
    ["an empty non-terminal", "empty.example.org. A", "REFUSED"],
    ["not a type that a name lacks", "www.example.org. AAAA", "NOERROR"],
  ])("falls through: %s", async (_, question, rcode) => {
    const through = viewWith([{ ...ZONES, fallthrough: ["example.org"] }], RECORDS);
    expect((await ask(through, question))[0]).toBe(rcode);
  });

  it("falls through for the names that are listed alone", async () => {
    const through = viewWith([{ ...ZONES, fallthrough: ["sub2.example.org"] }], RECORDS);
    expect((await ask(through, "nobody.example.org. A"))[0]).toBe("NXDOMAIN");
    expect((await ask(through, "nobody.sub2.example.org. A"))[0]).toBe("REFUSED");
  });

  it.each([
    ["by an alias", "alias.example.org. A", ["> alias.example.org. 60 CNAME www.example.org."]],
    [
      "by an alias of an alias",
      "alias2.example.org. A",
      ["> alias2.example.org. 60 CNAME alias.example.org."],
    ],
    [
      "by a server's name",
      "_sip._tcp.example.org. SRV",
      ["> _sip._tcp.example.org. 60 SRV 1 2 5060 www.example.org."],
    ],
  ])("leads to no other part of the zone than a view holds: %s", async (_, question, answer) => {
    const zones = [questionOf(question).name];
    expect(await ask(view, question, { visible: { zones } })).toEqual(["NOERROR", ...answer, ...NS]);
  });

  it("answers from a shard that is read", async () => {
    const later = viewWith([ZONES], RECORDS, { reads: "later" });
    expect(await ask(later, "www.example.org. A")).toEqual(["NOERROR", ...WWW, ...NS]);
  });
});
