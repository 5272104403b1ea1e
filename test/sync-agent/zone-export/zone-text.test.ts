import { describe, expect, it } from "vitest";
import type { PublishedName, ZoneRecord } from "../../../contract/index.ts";
import { compareOwners, zoneText } from "../../../sync-agent/zone-export/zone-text.ts";

function name(fields: Partial<PublishedName>): ZoneRecord {
  return { kind: "published", by: [], namespaces: [], addresses: [], ports: [], ...fields };
}

const RECORDS = new Map<string, ZoneRecord>([
  [
    "published/www.corp.example",
    name({ addresses: ["192.0.2.1", "2001:db8::1"], alpn: ["h2", "http/1.1"], ttl: 30 }),
  ],
  ["published/a.eu.corp.example", name({ addresses: ["192.0.2.2"] })],
  ["published/eu.corp.example", name({})],
  ["published/*.eu.corp.example", name({ addresses: ["192.0.2.9"] })],
  [
    "published/db.corp.example",
    name({ alias: "lb.cloud.example", ports: [{ name: "pg", protocol: "tcp", port: 5432 }] }),
  ],
  ["published/www.other.example", name({ addresses: ["192.0.2.3"] })],
  ["pointers/192.0.2.1", { kind: "pointer", names: [{ name: "www.corp.example", namespaces: [] }] }],
  ["namespace/shop", { kind: "namespace" }],
]);

describe("a zone as a file", () => {
  it("stands in the order of a transfer", () => {
    const options = { zone: "corp.example", nameServers: ["ns.example", "ns2.example"], ttl: 60, serial: 7 };
    expect(zoneText(RECORDS, options).split("\n")).toEqual([
      "corp.example. 60 IN SOA ns.example. hostmaster.corp.example. 7 7200 1800 86400 60",
      "corp.example. 60 IN NS ns.example.",
      "corp.example. 60 IN NS ns2.example.",
      "db.corp.example. 60 IN CNAME lb.cloud.example.",
      "_pg._tcp.db.corp.example. 60 IN SRV 0 100 5432 lb.cloud.example.",
      "*.eu.corp.example. 60 IN A 192.0.2.9",
      "a.eu.corp.example. 60 IN A 192.0.2.2",
      "www.corp.example. 30 IN A 192.0.2.1",
      "www.corp.example. 30 IN AAAA 2001:db8::1",
      'www.corp.example. 30 IN HTTPS 1 . alpn="h2,http/1.1" ipv4hint=192.0.2.1 ipv6hint=2001:db8::1',
      "corp.example. 60 IN SOA ns.example. hostmaster.corp.example. 7 7200 1800 86400 60",
      "",
    ]);
  });

  it("orders owners as RFC 4034 6.1 has them", () => {
    const owners = [
      "example",
      "a.example",
      "yljkjljk.a.example",
      "*.z.example",
      "z.example",
      "zabc.a.example",
    ];
    expect(owners.toSorted(compareOwners)).toEqual([
      "example",
      "a.example",
      "yljkjljk.a.example",
      "zabc.a.example",
      "z.example",
      "*.z.example",
    ]);
  });
});
