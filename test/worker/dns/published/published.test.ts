import { describe, expect, it } from "vitest";
import type { DnsPlugin, PublishedName, RecordOf } from "../../../../contract/index.ts";
import { createResponder } from "../../../../worker/dns/responder.ts";
import { createResolver } from "../../../../worker/dns/servers.ts";
import { decodeMessage } from "../../../../worker/dns/wire/decode.ts";
import { ask } from "../support/ask.ts";
import { CLUSTER } from "../support/cluster.ts";
import { queryFor } from "../support/messages.ts";
import { PLATFORM } from "../support/platform.ts";
import { viewWith, zoneOf } from "../support/servers.ts";
import { SERIAL } from "../support/snapshot.ts";
import { messageLines, questionOf } from "../support/zone-text.ts";

function name(fields: Partial<PublishedName>): PublishedName {
  return {
    kind: "published",
    by: ["Service shop/web"],
    namespaces: ["shop"],
    addresses: [],
    ports: [],
    ...fields,
  };
}

const ZONES: Record<string, RecordOf<"zones">> = {
  "published/corp.example": name({ addresses: ["192.0.2.1"] }),
  "published/www.corp.example": name({
    addresses: ["192.0.2.1", "2001:db8::1"],
    alpn: ["h2", "http/1.1"],
    ttl: 30,
  }),
  "published/db.corp.example": name({
    addresses: ["192.0.2.5"],
    ports: [
      { name: "pg", protocol: "tcp", port: 5432 },
      { name: "admin", protocol: "tcp", port: 8080 },
    ],
  }),
  "published/lb.corp.example": name({
    alias: "lb-1.cloud.example",
    ports: [{ name: "https", protocol: "tcp", port: 443 }],
  }),
  "published/inner.corp.example": name({ alias: "web.shop.svc.cluster.local" }),
  "published/eu.corp.example": name({ namespaces: ["shop", "stock"] }),
  "published/api.eu.corp.example": name({ addresses: ["192.0.2.6"], namespaces: ["stock"] }),
  "published/*.eu.corp.example": name({ addresses: ["192.0.2.7"] }),
  "pointers/192.0.2.1": {
    kind: "pointer",
    names: [
      { name: "corp.example", namespaces: ["shop"] },
      { name: "www.corp.example", namespaces: ["stock"] },
    ],
  },
};
const PUBLISHED: Extract<DnsPlugin, { plugin: "published" }> = {
  plugin: "published",
  zones: ["corp.example"],
  ttl: 60,
};
const KUBERNETES: DnsPlugin = {
  plugin: "kubernetes",
  zones: ["cluster.local", "in-addr.arpa"],
  ttl: 5,
  pods: "insecure",
  fallthrough: ["in-addr.arpa"],
};
const RECORDS = { ...CLUSTER, zones: { ...CLUSTER.zones, ...ZONES } };
const view = viewWith([KUBERNETES, PUBLISHED], RECORDS);

const SOA_DATA = `SOA ns.dns.corp.example. hostmaster.corp.example. ${SERIAL} 7200 1800 86400 60`;
const SOA = `@ corp.example. 60 ${SOA_DATA}`;

describe("published names", () => {
  it.each([
    ["addresses", "www.corp.example. A", "NOERROR", "> www.corp.example. 30 A 192.0.2.1"],
    ["of the other family", "WWW.corp.example. AAAA", "NOERROR", "> WWW.corp.example. 30 AAAA 2001:db8::1"],
    ["the zone's own", "corp.example. A", "NOERROR", "> corp.example. 60 A 192.0.2.1"],
    ["a type that a name lacks", "www.corp.example. TXT", "NOERROR", SOA],
    ["a name that does not exist", "nobody.corp.example. A", "NXDOMAIN", SOA],
    ["an empty name", "eu.corp.example. A", "NOERROR", SOA],
    ["a wildcard", "shop.eu.corp.example. A", "NOERROR", "> shop.eu.corp.example. 60 A 192.0.2.7"],
    [
      "a wildcard, over several labels",
      "a.b.eu.corp.example. A",
      "NOERROR",
      "> a.b.eu.corp.example. 60 A 192.0.2.7",
    ],
    ["no wildcard below a name", "a.api.eu.corp.example. A", "NXDOMAIN", SOA],
    ["SOA", "corp.example. SOA", "NOERROR", `> corp.example. 60 ${SOA_DATA}`],
    ["NS", "corp.example. NS", "NOERROR", "> corp.example. 60 NS ns.dns.corp.example."],
    ["a type that the zone lacks", "corp.example. TXT", "NOERROR", SOA],
    [
      "SRV of a named port",
      "_pg._tcp.db.corp.example. SRV",
      "NOERROR",
      "> _pg._tcp.db.corp.example. 60 SRV 0 100 5432 db.corp.example.",
      "+ db.corp.example. 60 A 192.0.2.5",
    ],
    [
      "SRV of an alias, which is no target itself",
      "_https._tcp.lb.corp.example. SRV",
      "NOERROR",
      "> _https._tcp.lb.corp.example. 60 SRV 0 100 443 lb-1.cloud.example.",
    ],
    ["another type of a port's name", "_pg._tcp.db.corp.example. A", "NOERROR", SOA],
    ["the name above a port's", "_tcp.db.corp.example. SRV", "NOERROR", SOA],
    ["a port that there is not", "_http._tcp.db.corp.example. SRV", "NXDOMAIN", SOA],
    ["a protocol that there is not", "_udp.db.corp.example. SRV", "NXDOMAIN", SOA],
    [
      "HTTPS: protocols, and hints of addresses",
      "www.corp.example. HTTPS",
      "NOERROR",
      "> www.corp.example. 30 TYPE65 \\# 47 " +
        "000100" +
        "0001000c02683208687474702f312e31" +
        "00040004c0000201" +
        "0006001020010db8000000000000000000000001",
    ],
    ["no HTTPS of what is not served here", "db.corp.example. HTTPS", "NOERROR", SOA],
    ["an alias", "lb.corp.example. CNAME", "NOERROR", "> lb.corp.example. 60 CNAME lb-1.cloud.example."],
    [
      "an alias of what nobody here knows",
      "lb.corp.example. A",
      "NOERROR",
      "> lb.corp.example. 60 CNAME lb-1.cloud.example.",
    ],
    [
      "an alias of a name of the cluster",
      "inner.corp.example. A",
      "NOERROR",
      "> inner.corp.example. 60 CNAME web.shop.svc.cluster.local.",
      "> web.shop.svc.cluster.local. 5 A 10.96.0.20",
    ],
    [
      "PTR",
      "1.2.0.192.in-addr.arpa. PTR",
      "NOERROR",
      "> 1.2.0.192.in-addr.arpa. 60 PTR corp.example.",
      "> 1.2.0.192.in-addr.arpa. 60 PTR www.corp.example.",
    ],
    ["PTR of other addresses", "2.2.0.192.in-addr.arpa. PTR", "REFUSED"],
    ["names of other zones", "www.example.org. A", "REFUSED"],
  ])("%s: %s", async (_, question, ...answer) => {
    expect(await ask(view, question)).toEqual(answer);
  });

  it.each([
    ["shop", "www.corp.example. A", "NOERROR", "> www.corp.example. 30 A 192.0.2.1"],
    ["stock", "www.corp.example. A", "NXDOMAIN", SOA],
    ["stock", "_pg._tcp.db.corp.example. SRV", "NXDOMAIN", SOA],
    ["stock", "other.eu.corp.example. A", "NXDOMAIN", SOA],
    ["stock", "api.eu.corp.example. A", "NOERROR", "> api.eu.corp.example. 60 A 192.0.2.6"],
    ["stock", "corp.example. A", "NOERROR", SOA],
    ["stock", "1.2.0.192.in-addr.arpa. PTR", "NOERROR", "> 1.2.0.192.in-addr.arpa. 60 PTR www.corp.example."],
    ["nothing", "1.2.0.192.in-addr.arpa. PTR", "REFUSED"],
    ["nothing", "eu.corp.example. A", "NXDOMAIN", SOA],
  ])("whoever sees %s alone asks for %s", async (namespace, question, ...answer) => {
    const respond = createResponder(createResolver(PLATFORM));
    const visible = { forward: false, namespaces: new Set([namespace]) };
    const asker = { client: { address: "203.0.113.9" }, visible };
    const reply = await respond(queryFor([questionOf(question)]), asker, () => view);
    expect(messageLines(decodeMessage(reply.octets))).toEqual(answer);
  });

  it("leaves what is not published to the file of the same zone", async () => {
    const file = zoneOf(`
      corp.example. 60 SOA ns.example. admin.example. 1 2 3 4 5
      mail.corp.example. 60 A 192.0.2.25
    `);
    const shared = viewWith(
      [
        { ...PUBLISHED, fallthrough: ["corp.example"] },
        { plugin: "file", files: [{ zone: "corp.example", record: "file/corp.example" }] },
      ],
      { zones: { ...ZONES, "file/corp.example": file } },
    );
    expect(await ask(shared, "mail.corp.example. A")).toEqual([
      "NOERROR",
      "> mail.corp.example. 60 A 192.0.2.25",
    ]);
    expect(await ask(shared, "corp.example. SOA")).toEqual([
      "NOERROR",
      "> corp.example. 60 SOA ns.example. admin.example. 1 2 3 4 5",
    ]);
    expect(await ask(shared, "corp.example. A")).toEqual(["NOERROR", "> corp.example. 60 A 192.0.2.1"]);
    expect((await ask(shared, "www.corp.example. A"))[1]).toBe("> www.corp.example. 30 A 192.0.2.1");
  });
});
