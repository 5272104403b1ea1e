/** As CoreDNS's hosts plugin answers. */
import { describe, expect, it } from "vitest";
import type { DnsPlugin, HostsTable } from "../../../contract/index.ts";
import { ask } from "./support/ask.ts";
import { viewWith } from "./support/servers.ts";

const TABLE: HostsTable = {
  kind: "hosts",
  names: {
    "web.example.org": ["192.0.2.1", "2001:db8::1", "192.0.2.2"],
    "six.example.org": ["2001:db8::6"],
  },
  addresses: {
    "192.0.2.1": ["web.example.org", "www.example.org"],
    "2001:db8::6": ["six.example.org"],
  },
};
const HOSTS: Extract<DnsPlugin, { plugin: "hosts" }> = {
  plugin: "hosts",
  zones: ["example.org"],
  table: "hosts/1",
  ttl: 60,
  reverse: true,
};
const RECORDS = { zones: { "hosts/1": TABLE } };
const plain = viewWith([HOSTS], RECORDS);

describe("hosts", () => {
  it.each([
    [
      "addresses in the table's order",
      "web.example.org. A",
      "NOERROR",
      "> web.example.org. 60 A 192.0.2.1",
      "> web.example.org. 60 A 192.0.2.2",
    ],
    ["names of any case", "WEB.example.ORG. AAAA", "NOERROR", "> WEB.example.ORG. 60 AAAA 2001:db8::1"],
    ["the family that a name lacks", "six.example.org. A", "NOERROR"],
    ["other types", "web.example.org. TXT", "NOERROR"],
    ["a name that is not in the table", "nobody.example.org. A", "SERVFAIL"],
    ["a name above one in the table", "example.org. A", "SERVFAIL"],
    ["a name outside the zones", "web.example.com. A", "REFUSED"],
    [
      "PTR, though it lies in no zone of the plugin",
      "1.2.0.192.in-addr.arpa. PTR",
      "NOERROR",
      "> 1.2.0.192.in-addr.arpa. 60 PTR web.example.org.",
      "> 1.2.0.192.in-addr.arpa. 60 PTR www.example.org.",
    ],
    ["PTR of an address that is not in the table: the next plugin", "9.2.0.192.in-addr.arpa. PTR", "REFUSED"],
    ["PTR of a name that is no address: the next plugin", "web.example.org. PTR", "REFUSED"],
  ])("%s", async (_, question, ...answer) => {
    expect(await ask(plain, question)).toEqual(answer);
  });

  it.each([
    ["a name that is not in the table", "nobody.example.org. A", "REFUSED"],
    ["not the family that a name lacks", "six.example.org. A", "NOERROR"],
  ])("falls through: %s", async (_, question, rcode) => {
    expect(await ask(viewWith([{ ...HOSTS, fallthrough: ["."] }], RECORDS), question)).toEqual([rcode]);
  });

  it("has no PTR records with `no_reverse`", async () => {
    const view = viewWith([{ ...HOSTS, reverse: false }], RECORDS);
    expect(await ask(view, "1.2.0.192.in-addr.arpa. PTR")).toEqual(["REFUSED"]);
  });
});
