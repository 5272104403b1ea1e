import { type Answer, decode, encode } from "dns-packet";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { fileZoneSchema, fromBase64, toHex } from "../../../contract/index.ts";
import { readZoneFile, type ZoneReading } from "../../../sync-agent/corefile/zone-file/zone-file.ts";
import { runs } from "../../worker/support/runs.ts";

const SOA = "@ 3600 IN SOA ns.example.org. hostmaster.example.org. 1 7200 3600 1209600 300\n";

const read = (text: string, zone = "example.org"): ZoneReading =>
  readZoneFile({ object: "db", field: undefined, text }, zone);

/** `owner TTL TYPE hexadecimal`, without the SOA. */
function recordsOf(text: string, zone?: string): string[] {
  const { names, error } = read(SOA + text, zone);
  if (names === undefined) throw error ?? new Error("nothing was read");
  fileZoneSchema.parse({ kind: "file", source: "db", names });
  return Object.entries(names).flatMap(([owner, rrsets]) =>
    rrsets
      .filter(({ type }) => type !== 6)
      .flatMap(({ type, ttl, data }) =>
        data.map((each) => `${owner} ${ttl} ${type} ${toHex(fromBase64(each) ?? new Uint8Array())}`),
      ),
  );
}

const said = (text: string): string => {
  const { error, ignored } = read(text);
  return [error, ...ignored].map((it) => (it === undefined ? "" : `${it.line}: ${it.problem}`)).join(";");
};

describe("entries", () => {
  test.each<[string, string, string[]]>([
    ["are relative to the zone", "www A 10.0.0.1", ["www.example.org 3600 1 0a000001"]],
    ["may be absolute", "www.example.org. A 10.0.0.1", ["www.example.org 3600 1 0a000001"]],
    ["may be the apex", "@ A 10.0.0.1", ["example.org 3600 1 0a000001"]],
    ["are in lower case", "WWW A 10.0.0.1", ["www.example.org 3600 1 0a000001"]],
    ["may be wildcards", "*.a A 10.0.0.1", ["*.a.example.org 3600 1 0a000001"]],
    [
      "repeat the owner",
      "a A 10.0.0.1\n  A 10.0.0.2",
      ["a.example.org 3600 1 0a000001", "a.example.org 3600 1 0a000002"],
    ],
    [
      "have TTL and class in any order",
      "a IN 60 A 10.0.0.1\nb 1h IN A 10.0.0.1",
      ["a.example.org 60 1 0a000001", "b.example.org 3600 1 0a000001"],
    ],
    [
      "take the TTL before them",
      "a 60 A 10.0.0.1\nb A 10.0.0.1",
      ["a.example.org 60 1 0a000001", "b.example.org 60 1 0a000001"],
    ],
    [
      "take $TTL",
      "$TTL 1d\na 60 A 10.0.0.1\nb A 10.0.0.1",
      ["a.example.org 60 1 0a000001", "b.example.org 86400 1 0a000001"],
    ],
    [
      "take $ORIGIN",
      "$ORIGIN sub\na A 10.0.0.1\n$ORIGIN example.org.\nb A 10.0.0.1",
      ["a.sub.example.org 3600 1 0a000001", "b.example.org 3600 1 0a000001"],
    ],
    [
      "go over lines in parentheses",
      "a A ( ; here\n 10.0.0.1 )\nb A 10.0.0.2",
      ["a.example.org 3600 1 0a000001", "b.example.org 3600 1 0a000002"],
    ],
    ["end in comments", "a A 10.0.0.1 ; one\n; none\n", ["a.example.org 3600 1 0a000001"]],
    ["may be said twice", "a A 10.0.0.1\na A 10.0.0.1", ["a.example.org 3600 1 0a000001"]],
    [
      "have the least TTL of their set",
      "a 60 A 10.0.0.1\na 30 A 10.0.0.2",
      ["a.example.org 30 1 0a000001", "a.example.org 30 1 0a000002"],
    ],
    [
      "have owners with escapes",
      String.raw`a\.b.c A 10.0.0.1` + "\n" + String.raw`\065 A 10.0.0.1`,
      [String.raw`a\046b.c.example.org 3600 1 0a000001`, "a.example.org 3600 1 0a000001"],
    ],
    [
      "have DOS line ends",
      "a A 10.0.0.1\r\nb A 10.0.0.1\r\n",
      ["a.example.org 3600 1 0a000001", "b.example.org 3600 1 0a000001"],
    ],
  ])("%s", (_, text, expected) => expect(recordsOf(text)).toEqual(expected));
});

const W = "0377777700"; // "www" and the root
describe("data", () => {
  test.each<[string, string]>([
    ["A 10.0.0.1", "0a000001"],
    ["AAAA fd00::1", "fd000000000000000000000000000001"],
    ["NS www.", W],
    ["CNAME www.", W],
    ["PTR www.", W],
    ["DNAME www.", W],
    ["MX 10 www.", `000a${W}`],
    ['TXT "a b" c', "03612062 0163"],
    [String.raw`TXT "\"\\\065;"`, "04225c413b"],
    ['TXT ""', "00"],
    ["TXT ä", "02c3a4"],
    ["HINFO x y", "01780179"],
    ["SRV 1 2 80 www.", `000100020050${W}`],
    ['CAA 0 issue "ca.test"', `0005${toHex(new TextEncoder().encode("issueca.test"))}`],
    ["TLSA 3 1 1 aabb cc", "030101aabbcc"],
    ["SMIMEA 3 1 1 aabb", "030101aabb"],
    ["DS 1 ECDSAP256SHA256 2 aabb", "00010d02aabb"],
    ["CDS 0 0 0 00", "0000000000"],
    ["DNSKEY 257 3 13 AQID BA==", "0101030d01020304"],
    ["SSHFP 1 2 aabb", "0102aabb"],
    ['NAPTR 1 2 "u" "sip" "!x!y!" .', "00010002 0175 03736970 052178217921 00"],
    ["RP www. .", `${W}00`],
    ["AFSDB 1 www.", `0001${W}`],
    ["CERT PKIX 1 8 AQID", "0001000108010203"],
    ['URI 10 1 "https://a"', "000a0001" + toHex(new TextEncoder().encode("https://a"))],
    ["OPENPGPKEY AQID", "010203"],
    ["HTTPS 0 www.", `0000${W}`],
    ['HTTPS 1 . port=443 alpn="h2,h3"', "000100 0001000602683202 6833 0003000201bb"],
    [
      "SVCB 1 . mandatory=port,alpn alpn=h2 port=53 no-default-alpn",
      "000100 0000000400010003 0001000302 6832 00020000 000300020035",
    ],
    [
      "SVCB 1 . ipv4hint=10.0.0.1,10.0.0.2 ipv6hint=fd00::1 key65000=x",
      "000100 000400080a0000010a000002 00060010fd000000000000000000000000000001 fde8000178",
    ],
    [String.raw`SVCB 1 . alpn="f\\\\oo\\,bar,h2"`, "000100 0001000c 08665c6f6f2c626172 026832"],
    [String.raw`TYPE65280 \# 3 aa bbcc`, "aabbcc"],
    [String.raw`A \# 4 0a000001`, "0a000001"],
    [String.raw`TYPE1 10.0.0.1`, "0a000001"],
    [String.raw`TXT \# 0`, ""],
  ])("%s", (text, expected) => {
    expect(recordsOf(`a ${text}`).map((record) => record.split(" ")[3])).toEqual([
      expected.replaceAll(" ", ""),
    ]);
  });
});

test("takes a transfer, which ends with the SOA record that it begins with", () => {
  expect(recordsOf(`www 60 A 10.0.0.1\n${SOA}`)).toEqual(["www.example.org 60 1 0a000001"]);
});

describe("refuses", () => {
  test.each<[string, string]>([
    ["www A 10.0.0.1", "1: the record has no TTL, and there is none before it"],
    ["$TTL 60\nwww A 10.0.0.1", "1: the zone has no SOA"],
    [`${SOA}@ 1 SOA a. b. 1 2 3 4 5`, "2: the zone has a second SOA"],
    ["a 60 SOA a. b. 1 2 3 4 5", "1: the SOA is that of a.example.org, not of zone example.org"],
    [`${SOA}$INCLUDE x`, "2: $INCLUDE is not served"],
    [`${SOA}$GENERATE 1-3 a$ A 10.0.0.$`, "2: $GENERATE is not served"],
    [`${SOA}$TTL soon`, '2: "soon" is no TTL'],
    [`${SOA}$ORIGIN`, "2: $ORIGIN takes one argument"],
    [`${SOA}a..b A 1.1.1.1`, '2: "a..b" is no name'],
    [`${SOA}\na A 1.1.1`, '3: "1.1.1" is no IPv4 address'],
    [`${SOA}a A`, "2: the record has no address"],
    [`${SOA}a A 1.1.1.1 x`, '2: "x" stands behind the record'],
    [`${SOA}a AAAA 1.1.1.1`, '2: "1.1.1.1" is no IPv6 address'],
    [`${SOA}a MX x y.`, '2: preference is "x"'],
    [`${SOA}a MX 65536 y.`, '2: preference is "65536"'],
    [`${SOA}a CH A 1.1.1.1`, "2: the record is of class CH"],
    [`${SOA}a FOO x`, '2: "FOO" is no type of records'],
    [`${SOA}a 60 IN`, "2: the record has no type"],
    [`${SOA}a TXT "x`, "2: a quote that begins here does not end on its line"],
    [`${SOA}a TXT ( x`, "2: the parenthesis that opens here does not close"],
    [`${SOA}a TXT x )`, "2: a parenthesis closes that is not open"],
    [`${SOA}a DS 1 8 2 xyz`, "2: digest is not hexadecimal"],
    [`${SOA}a DNSKEY 1 3 8 ?`, "2: key is not base64"],
    [`${SOA}a TYPE9 ${String.raw`\#`} 2 aa`, "2: the data has 1 octets, not 2"],
    [`${SOA}a HTTPS 1 . port=x`, '2: "port=x" is no service parameter'],
    [`${SOA}a HTTPS 1 . port=1 port=2`, "2: the parameter port stands twice"],
    ["  A 1.1.1.1", "1: the record has no owner, and there is none before it"],
  ])("%j", (text, expected) => expect(said(text)).toBe(expected));
});

it("leaves out what lies elsewhere, and types whose text is not known", () => {
  expect(said(`${SOA}a.test. A 1.1.1.1\nb LOC 52 22 23.000 N 4 53 32.000 E -2.00m\nc A 1.1.1.1`)).toBe(
    ";2: a.test does not lie in zone example.org;3: Data of type LOC is not read",
  );
});

it("reads a zone of CoreDNS's own documentation", () => {
  const text = `$ORIGIN example.org.
@	3600 IN	SOA sns.dns.icann.org. noc.dns.icann.org. (
				2017042745 ; serial
				7200       ; refresh (2 hours)
				3600       ; retry (1 hour)
				1209600    ; expire (2 weeks)
				3600       ; minimum (1 hour)
				)

	3600 IN NS a.iana-servers.net.
	3600 IN NS b.iana-servers.net.

www     IN A     127.0.0.1
        IN AAAA  ::1
`;
  const { names } = read(text);
  expect(Object.keys(names ?? {})).toEqual(["example.org", "www.example.org"]);
  expect(names?.["example.org"]?.map(({ type, data }) => [type, data.length])).toEqual([
    [2, 2],
    [6, 1],
  ]);
});

/** Another library decodes what is encoded here to what the text said. */
describe("a second opinion", () => {
  test.each<[string, string, unknown]>([
    ["A", "10.0.0.1", "10.0.0.1"],
    ["AAAA", "fd00::1", "fd00::1"],
    ["CNAME", "www", "www.example.org"],
    ["MX", "10 mail", { preference: 10, exchange: "mail.example.org" }],
    ["SRV", "1 2 80 web", { priority: 1, weight: 2, port: 80, target: "web.example.org" }],
    ["TXT", '"a b" c', [Buffer.from("a b"), Buffer.from("c")]],
    ["CAA", '0 issue "ca.test"', { flags: 0, tag: "issue", value: "ca.test", issuerCritical: false }],
    [
      "SSHFP",
      "1 1 0123456789abcdef0123456789abcdef01234567",
      { algorithm: 1, hash: 1, fingerprint: "0123456789ABCDEF0123456789ABCDEF01234567" },
    ],
    [
      "NAPTR",
      '1 2 "u" "sip" "!x!y!" .',
      { order: 1, preference: 2, flags: "u", services: "sip", regexp: "!x!y!", replacement: "." },
    ],
    [
      "TLSA",
      "3 1 1 aabb",
      { usage: 3, selector: 1, matchingType: 1, certificate: Buffer.from("aabb", "hex") },
    ],
  ])("%s", (type, text, expected) => {
    const [record] = read(`${SOA}a ${type} ${text}`).names?.["a.example.org"] ?? [];
    const rdata = Buffer.from(record?.data[0] ?? "", "base64");
    // A message with one record of another type, whose type and data are put in place.
    const message = encode({
      type: "response",
      answers: [{ type: "NULL", name: "a", data: rdata } as unknown as Answer],
    });
    message.writeUInt16BE(record?.type ?? 0, 12 + 3);
    const [answer] = decode(message).answers ?? [];
    expect((answer as { data?: unknown } | undefined)?.data).toEqual(expected);
  });
});

describe("large zones", () => {
  it("are read", () => {
    const lines = Array.from(
      { length: 150_000 },
      (_, at) => `a A 10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`,
    );
    expect(read(SOA + lines.join("\n")).names?.["a.example.org"]?.[0]?.data).toHaveLength(150_000);
  });

  test.each([
    ["base64", `OPENPGPKEY ${"AAAA".repeat(200_000)}`],
    ["hexadecimal", `TLSA 3 1 1 ${"00".repeat(200_000)}`],
    ["a text", `CAA 0 issue "${"x".repeat(200_000)}"`],
    ["texts", `TXT ${"x".repeat(200_000)}`],
  ])("have no records that are too long, of %s", (_, text) => {
    expect(said(`${SOA}a ${text}`)).toBe("2: the record is longer than 65,535 octets");
  });
});

it("never throws, whatever the text", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      SOA,
      "@",
      "a",
      "$TTL 60",
      "$ORIGIN b",
      "IN",
      "60",
      "A 10.0.0.1",
      "TXT",
      '"',
      "(",
      ")",
      ";",
      "\\",
      "\\#",
      "\n",
      " ",
      "HTTPS 1 . alpn=",
      "SVCB",
      "\\300",
      "CAA 0",
      "TYPE99999",
      "4",
      "aabb",
      "\u0000",
      "ä",
      "::1",
      ".",
      "..",
    ),
    fc.string({ unit: "binary", maxLength: 5 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), fc.constantFrom(" ", "\n", ""), (pieces, between) => {
      const { names, error } = read(SOA + pieces.join(between));
      expect((names === undefined) !== (error === undefined)).toBe(true);
      if (names !== undefined) fileZoneSchema.parse({ kind: "file", source: "db", names });
    }),
    { numRuns: runs(1500) },
  );
});
