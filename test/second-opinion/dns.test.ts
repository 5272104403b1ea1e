/** What an independent DNS library reads in our messages, and what we read in its messages. */
import dnsPacket, { type DecodedPacket, type Packet } from "dns-packet";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalAddress, type TemplateRule } from "../../contract/index.ts";
import { decodeMessage } from "../../worker/dns/wire/decode.ts";
import { MessageEncoder } from "../../worker/dns/wire/encode.ts";
import type { EdnsOption, Message } from "../../worker/dns/wire/message.ts";
import type { Name } from "../../worker/dns/wire/name.ts";
import { nameFromText, nameToText } from "../../worker/dns/wire/name-text.ts";
import type { ResourceRecord } from "../../worker/dns/wire/record.ts";
import { hostName, messageOf } from "../worker/dns/support/arbitraries.ts";
import { respondTo } from "../worker/dns/support/ask.ts";
import { CLUSTER } from "../worker/dns/support/cluster.ts";
import { queryFor } from "../worker/dns/support/messages.ts";
import { viewWith, zoneOf } from "../worker/dns/support/servers.ts";
import { viewOf } from "../worker/dns/support/snapshot.ts";
import { questionOf, recordText } from "../worker/dns/support/zone-text.ts";
import { runs } from "../worker/support/runs.ts";

const QUESTIONS = [
  "web.shop.svc.cluster.local. A",
  "WEB.shop.svc.Cluster.local. A",
  "dual.shop.svc.cluster.local. AAAA",
  "web.shop.svc.cluster.local. AAAA",
  "web.shop.svc.cluster.local. SRV",
  "_http._tcp.dual.shop.svc.cluster.local. SRV",
  "mixed.shop.svc.cluster.local. SRV",
  "mixed.shop.svc.cluster.local. AAAA",
  "alias2.shop.svc.cluster.local. A",
  "search.shop.svc.cluster.local. CNAME",
  "nobody.shop.svc.cluster.local. A",
  "www.example.com. A",
  "cluster.local. SOA",
  "cluster.local. NS",
  "dns-version.cluster.local. TXT",
  "portless.shop.svc.cluster.local. SRV",
  "10-1-2-3.shop.pod.cluster.local. SRV",
  "in-addr.arpa. NS",
  "20.0.96.10.in-addr.arpa. PTR",
  "1.3.244.10.in-addr.arpa. PTR",
  "version.bind. CH TXT",
  "cluster.local. AXFR",
  ". NS",
] as const;

/** dns-packet writes names without the dot at their end. */
function theirName(name: Name): string {
  return name.wire.length === 1 ? "." : nameToText(name).slice(0, -1);
}

/** A record as dns-packet decodes it, in our line of zone text. */
function theirRecordText(record: dnsPacket.Answer): string {
  if (record.type === "OPT") throw new Error("an OPT record was not expected");
  return `${dotted(record.name)} ${"ttl" in record ? record.ttl : "-"} ${record.type} ${theirDataText(record)}`;
}

function theirDataText(record: dnsPacket.Answer): string {
  if (record.type === "A") return record.data;
  // Of several runs of zeros it does not shorten the one that RFC 5952 asks for.
  if (record.type === "AAAA") return canonicalAddress(record.data) ?? record.data;
  if (record.type === "NS" || record.type === "CNAME" || record.type === "PTR") return dotted(record.data);
  if (record.type === "SOA") {
    const { mname, rname, serial, refresh, retry, expire, minimum } = record.data;
    return `${dotted(mname)} ${dotted(rname)} ${serial} ${refresh} ${retry} ${expire} ${minimum}`;
  }
  if (record.type === "SRV") {
    const { priority, weight, port, target } = record.data;
    return `${priority} ${weight} ${port} ${dotted(target)}`;
  }
  if (record.type === "TXT") return [record.data].flat().map(quoted).join(" ");
  throw new Error(`a record of type ${record.type} was not expected`);
}

function dotted(name: string): string {
  return nameToText(nameFromText(name));
}

/** As people write it, what is not printable as `\DDD` (RFC 1035 5.1). */
function quoted(string: Buffer | string): string {
  const octets = typeof string === "string" ? Buffer.from(string) : string;
  const text = Array.from(octets, (octet) => {
    const char = String.fromCharCode(octet);
    if (char === '"' || char === "\\") return `\\${char}`;
    return /[ -~]/.test(char) ? char : `\\${octet.toString().padStart(3, "0")}`;
  });
  return `"${text.join("")}"`;
}

/** What both sides say of a message, without the OPT record. */
function theirSummary(packet: DecodedPacket) {
  const texts = (records: readonly dnsPacket.Answer[] = []) =>
    records.filter(({ type }) => type !== "OPT").map(theirRecordText);
  return {
    id: packet.id,
    response: packet.type === "response",
    authoritative: packet.flag_aa,
    truncated: packet.flag_tc,
    recursionDesired: packet.flag_rd,
    recursionAvailable: packet.flag_ra,
    authenticData: packet.flag_ad,
    checkingDisabled: packet.flag_cd,
    questions: packet.questions?.map(({ name, type }) => `${name} ${type}`),
    answers: texts(packet.answers),
    authorities: texts(packet.authorities),
    additionals: texts(packet.additionals),
  };
}

function ourSummary(message: Message) {
  const texts = (records: readonly ResourceRecord[]) => records.map(recordText);
  return {
    id: message.id,
    response: message.response,
    authoritative: message.authoritative,
    truncated: message.truncated,
    recursionDesired: message.recursionDesired,
    recursionAvailable: message.recursionAvailable,
    authenticData: message.authenticData,
    checkingDisabled: message.checkingDisabled,
    questions: message.questions.map(({ name, type }) => `${theirName(name)} ${typeText(type)}`),
    answers: texts(message.answers),
    authorities: texts(message.authorities),
    additionals: texts(message.additionals),
  };
}

const TYPES = new Map([
  [1, "A"],
  [2, "NS"],
  [5, "CNAME"],
  [6, "SOA"],
  [12, "PTR"],
  [16, "TXT"],
  [28, "AAAA"],
  [33, "SRV"],
  [252, "AXFR"],
  [255, "ANY"],
]);

/** Options that dns-packet knows must have data of a certain form; random data is fit for those for private use only. */
function asPrivateUse({ code, data }: EdnsOption): EdnsOption {
  return { code: 65_001 + (code % 534), data };
}

function typeText(type: number): string {
  return TYPES.get(type) ?? `UNKNOWN_${type}`;
}

function theirs(octets: Uint8Array): DecodedPacket {
  return dnsPacket.decode(Buffer.from(octets));
}

describe("dns-packet reads our messages", () => {
  it.each(QUESTIONS)("the answer to %s", async (question) => {
    const edns = {
      payloadSize: 4096,
      version: 0,
      dnssecOk: true,
      options: [{ code: 12, data: new Uint8Array() }],
    };
    const query = queryFor([questionOf(question)], { id: 4711, edns });
    const response = await respondTo(viewOf(CLUSTER), query);
    const octets = new MessageEncoder().encode(response);
    const packet = theirs(octets);
    expect(theirSummary(packet)).toEqual(ourSummary(response));
    const codes = response.edns?.options.map(({ code }) => ({ code }));
    expect(codes).toContainEqual({ code: 12 });
    expect(packet.additionals?.find(({ type }) => type === "OPT")).toMatchObject({
      udpPayloadSize: 1232,
      ednsVersion: 0,
      extendedRcode: 0,
      flag_do: true,
      options: codes,
    });
  });

  it("records that are made from text", async () => {
    const rule: TemplateRule = {
      zones: ["."],
      match: [],
      answer: [
        "{{ .Name }} 60 IN MX 10 mail.example.",
        '{{ .Name }} 60 IN TXT "a b" c',
        "{{ .Name }} 60 IN SRV 1 2 3 t.example.",
        "{{ .Name }} 60 IN CNAME d.example.",
      ],
      authority: ["example. 60 IN SOA ns.example. root.example. (7 1h 2m 3 4)"],
      additional: ["t.example. 60 IN AAAA 2001:db8::7"],
      rcode: 0,
    };
    const view = viewOf(CLUSTER, { plugins: [{ plugin: "template", rules: [rule] }] });
    const response = await respondTo(view, queryFor([questionOf("a.example. TXT")]));
    const packet = theirs(new MessageEncoder().encode(response));
    expect(packet.answers).toMatchObject([
      { name: "a.example", ttl: 60, type: "MX", data: { preference: 10, exchange: "mail.example" } },
      { type: "TXT", data: [Buffer.from("a b"), Buffer.from("c")] },
      { type: "SRV", data: { priority: 1, weight: 2, port: 3, target: "t.example" } },
      { type: "CNAME", data: "d.example" },
    ]);
    expect(packet.authorities).toMatchObject([
      {
        name: "example",
        type: "SOA",
        data: { mname: "ns.example", rname: "root.example", serial: 7, refresh: 3600, retry: 120 },
      },
    ]);
    expect(packet.additionals).toMatchObject([{ name: "t.example", type: "AAAA", data: "2001:db8::7" }]);
  });

  it("the answer to ANY", async () => {
    const response = await respondTo(
      viewOf(CLUSTER),
      queryFor([questionOf("web.shop.svc.cluster.local. ANY")]),
    );
    expect(theirs(new MessageEncoder().encode(response)).answers).toMatchObject([
      {
        name: "web.shop.svc.cluster.local",
        ttl: 8482,
        type: "HINFO",
        data: { cpu: "ANY obsoleted", os: "See RFC 8482" },
      },
    ]);
  });

  it("any message of the types that both know", () => {
    const encoder = new MessageEncoder();
    const types = fc.constantFrom(...TYPES.keys());
    const messages = fc.tuple(messageOf({ name: hostName, opaque: false }), types).map(([message, type]) => ({
      ...message,
      questions: message.questions.map(({ name }) => ({ name, type, class: 1 })),
      edns: message.edns && { ...message.edns, options: message.edns.options.map(asPrivateUse) },
    }));
    fc.assert(
      fc.property(messages, (message) => {
        const packet = theirs(encoder.encode(message));
        expect(theirSummary(packet)).toEqual(ourSummary(message));
        const opt = packet.additionals?.find((record) => record.type === "OPT");
        expect(opt?.type === "OPT" ? opt.extendedRcode : undefined).toBe(
          message.edns === undefined ? undefined : message.rcode >> 4,
        );
      }),
      { seed: 7, numRuns: runs(1000) },
    );
  });

  it("records of unknown types, with their data as it was", () => {
    const data = Uint8Array.of(1, 2, 3);
    const name = nameFromText("a.b.");
    const message = queryFor([], {
      answers: [{ name, ttl: 9, type: "opaque", code: 65_300, class: 1, data }],
    });
    expect(theirs(new MessageEncoder().encode(message)).answers).toMatchObject([
      { name: "a.b", ttl: 9, type: "UNKNOWN_65300", data: Buffer.from(data) },
    ]);
  });
});

describe("we read the messages of dns-packet", () => {
  const record = fc
    .tuple(hostName, fc.nat(0x7fffffff), hostName, fc.nat(0xffff))
    .chain(([owner, ttl, other, n]) => {
      const [name, target] = [theirName(owner), theirName(other)];
      return fc.constantFrom<dnsPacket.Answer>(
        { name, ttl, type: "A", data: `10.0.${n >> 8}.${n & 0xff}` },
        { name, ttl, type: "AAAA", data: `2001:db8::${(n + 1).toString(16)}` },
        { name, ttl, type: "CNAME", data: target },
        { name, ttl, type: "NS", data: target },
        { name, ttl, type: "PTR", data: target },
        { name, ttl, type: "TXT", data: [Buffer.from("dns"), Buffer.from(n.toString())] },
        { name, ttl, type: "SRV", data: { priority: 1, weight: n, port: 80, target } },
        {
          name,
          ttl,
          type: "SOA",
          data: { mname: target, rname: name, serial: n, refresh: 1, retry: 2, expire: 3, minimum: 4 },
        },
      );
    });
  const records = fc.array(record, { maxLength: 4 });

  it("any message of the types that both know", () => {
    const packets: fc.Arbitrary<Packet> = fc.record({
      id: fc.nat(0xffff),
      type: fc.constantFrom("query" as const, "response" as const),
      flags: fc.constantFrom(0, dnsPacket.RECURSION_DESIRED, dnsPacket.AUTHORITATIVE_ANSWER),
      questions: hostName.map((name) => [
        { name: theirName(name), type: "A" as const, class: "IN" as const },
      ]),
      answers: records,
      authorities: records,
      additionals: records,
    });
    fc.assert(
      fc.property(packets, (packet) => {
        const octets = dnsPacket.encode(packet);
        expect(ourSummary(decodeMessage(octets))).toEqual(theirSummary(dnsPacket.decode(octets)));
      }),
      { seed: 8, numRuns: runs(1000) },
    );
  });

  it("a query with client subnet and padding", () => {
    const octets = dnsPacket.encode({
      type: "query",
      id: 1,
      flags: dnsPacket.RECURSION_DESIRED,
      questions: [{ type: "AAAA", name: "www.example.com" }],
      additionals: [
        {
          type: "OPT",
          name: ".",
          udpPayloadSize: 4096,
          flags: dnsPacket.DNSSEC_OK,
          extendedRcode: 0,
          ednsVersion: 0,
          flag_do: true,
          options: [
            { code: 8, ip: "192.0.2.0", sourcePrefixLength: 24 },
            { code: 12, length: 31 },
          ],
        },
      ],
    });
    const { edns, questions } = decodeMessage(octets);
    expect(questions.map(({ name, type }) => `${nameToText(name)} ${type}`)).toEqual(["www.example.com. 28"]);
    expect(edns).toMatchObject({ payloadSize: 4096, version: 0, dnssecOk: true });
    expect(edns?.options.map(({ code, data }) => [code, data.length])).toEqual([
      [8, 7],
      [12, 31],
    ]);
  });
});

describe("records of zone files", () => {
  const view = viewWith([{ plugin: "file", files: [{ zone: "example.org", record: "file/example.org" }] }], {
    zones: {
      "file/example.org": zoneOf(`
        example.org. 60 SOA ns.example.org. admin.example.org. 1 2 3 4 5
        example.org. 60 MX 10 mail.example.org.
        example.org. 60 DS 4660 8 2 171 205
        www.example.org. 60 HTTPS 1 .
      `),
    },
  });

  it.each([
    ["example.org. MX", "MX", { preference: 10, exchange: "mail.example.org" }],
    ["example.org. DS", "DS", { keyTag: 4660, algorithm: 8, digestType: 2, digest: Buffer.from([171, 205]) }],
    ["www.example.org. HTTPS", "UNKNOWN_65", Buffer.from([0, 1, 0])],
  ])("%s, not looked into here, is read there", async (question, type, data) => {
    const message = await respondTo(view, queryFor([questionOf(question)]));
    const packet = theirs(new MessageEncoder().encode(message));
    expect(packet.answers).toMatchObject([{ type, data }]);
  });
});
