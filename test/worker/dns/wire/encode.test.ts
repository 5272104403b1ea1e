import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeMessage } from "../../../../worker/dns/wire/decode.ts";
import { MessageEncoder } from "../../../../worker/dns/wire/encode.ts";
import { DnsFormatError } from "../../../../worker/dns/wire/format-error.ts";
import type { Edns, Message } from "../../../../worker/dns/wire/message.ts";
import { nameFromText } from "../../../../worker/dns/wire/name-text.ts";
import type { ResourceRecord } from "../../../../worker/dns/wire/record.ts";
import { anyName, messageOf } from "../support/arbitraries.ts";
import { hexOf, octetsOf, queryFor } from "../support/messages.ts";
import { questionOf } from "../support/zone-text.ts";
import { runs } from "../../support/runs.ts";

const EDNS: Edns = { payloadSize: 1232, version: 0, dnssecOk: false, options: [] };

function encode(message: Message, padTo?: number): Uint8Array {
  return new MessageEncoder().encode(message, padTo);
}

function responseTo(question: string, fields: Partial<Message>): Message {
  return queryFor([questionOf(question)], { response: true, authoritative: true, ...fields });
}

function a(name: string, address: string): ResourceRecord {
  return { name: nameFromText(name), ttl: 5, type: "A", address };
}

function txt(size: number): ResourceRecord {
  const strings = Array.from({ length: size / 256 }, () => new Uint8Array(255));
  return { name: nameFromText("t."), ttl: 5, type: "TXT", strings };
}

describe("golden messages", () => {
  it.each([
    [
      "a query",
      queryFor([questionOf("www.example.com. A")]),
      `0000 0100 0001 0000 0000 0000
       03 777777 07 6578616d706c65 03 636f6d 00 0001 0001`,
    ],
    [
      "an answer: its owner points to the question",
      responseTo("web.shop. A", { answers: [a("web.shop.", "10.96.0.20")], edns: EDNS }),
      `0000 8500 0001 0001 0000 0001
       03 776562 04 73686f70 00 0001 0001
       c00c 0001 0001 00000005 0004 0a600014
       00 0029 04d0 00 00 0000 0000`,
    ],
    [
      "NXDOMAIN: the SOA record's names point to the question and to each other",
      responseTo("no.zone. A", {
        rcode: 3,
        authorities: [
          {
            name: nameFromText("zone."),
            ttl: 5,
            type: "SOA",
            primary: nameFromText("ns.dns.zone."),
            mailbox: nameFromText("hostmaster.zone."),
            serial: 1,
            refresh: 7200,
            retry: 1800,
            expire: 86_400,
            minimum: 5,
          },
        ],
      }),
      `0000 8503 0001 0000 0001 0000
       02 6e6f 04 7a6f6e65 00 0001 0001
       c00f 0006 0001 00000005 002a
       02 6e73 03 646e73 c00f
       0a 686f73746d6173746572 c00f
       00000001 00001c20 00000708 00015180 00000005`,
    ],
    [
      "SRV: its target stands in full (RFC 2782), and others point there",
      responseTo("s.z. SRV", {
        answers: [
          {
            name: nameFromText("s.z."),
            ttl: 5,
            type: "SRV",
            priority: 0,
            weight: 100,
            port: 80,
            target: nameFromText("t.z."),
          },
        ],
        additionals: [a("t.z.", "192.0.2.1")],
      }),
      `0000 8500 0001 0001 0000 0001
       01 73 01 7a 00 0021 0001
       c00c 0021 0001 00000005 000b 0000 0064 0050 01 74 01 7a 00
       c027 0001 0001 00000005 0004 c0000201`,
    ],
    [
      "compression keeps the case: names of another case are no match",
      responseTo("a.Z. A", { answers: [a("a.z.", "192.0.2.1"), a("b.Z.", "192.0.2.2")] }),
      `0000 8500 0001 0002 0000 0000
       01 61 01 5a 00 0001 0001
       01 61 01 7a 00 0001 0001 00000005 0004 c0000201
       01 62 c00e 0001 0001 00000005 0004 c0000202`,
    ],
    [
      "BADVERS: the upper bits go into the OPT record",
      responseTo("a. A", { rcode: 16, authoritative: false, edns: { ...EDNS, dnssecOk: true } }),
      `0000 8100 0001 0000 0000 0001
       01 61 00 0001 0001
       00 0029 04d0 01 00 8000 0000`,
    ],
  ])("%s", (_, message, hex) => {
    expect(hexOf(encode(message))).toBe(hexOf(octetsOf(hex)));
  });
});

describe("padding", () => {
  it.each([
    [128, 1],
    [468, 1],
    [468, 40],
  ])("rounds up to a multiple of %d octets (%d records)", (block, count) => {
    const answers = Array.from({ length: count }, (_, i) => a("web.shop.", `10.0.0.${i}`));
    const octets = encode(responseTo("web.shop. A", { answers, edns: EDNS }), block);
    expect(octets.length % block).toBe(0);
    const { edns, ...decoded } = decodeMessage(octets);
    expect(decoded.answers).toHaveLength(count);
    expect(edns?.options).toHaveLength(1);
    expect(edns?.options[0]).toMatchObject({ code: 12 });
    expect(edns?.options[0]?.data.every((octet) => octet === 0)).toBe(true);
  });

  it("adds an empty option where the length fits already", () => {
    const message = responseTo("web.shop. A", { edns: EDNS });
    const length = encode(message).length + 4;
    expect(encode(message, length)).toHaveLength(length);
  });

  it("overwrites what an earlier message left in the buffer", () => {
    const encoder = new MessageEncoder();
    for (let i = 0; i < 5; i++) encoder.encode(responseTo("a. TXT", { answers: [txt(51_200)] }));
    const octets = encoder.encode(responseTo("a. A", { edns: EDNS }), 468);
    expect(decodeMessage(octets).edns?.options[0]?.data.every((octet) => octet === 0)).toBe(true);
  });
});

describe("messages too large", () => {
  const records = (count: number, name: string) =>
    Array.from({ length: count }, (_, i) => a(name, `10.0.${i >> 8}.${i & 0xff}`));

  it("ends before the record that does not fit, and sets TC", () => {
    const octets = encode(responseTo("web.shop. A", { answers: records(5000, "web.shop.") }));
    const message = decodeMessage(octets);
    expect(octets.length).toBeLessThanOrEqual(65_535);
    expect(octets.length).toBeGreaterThan(65_535 - 16);
    expect(message.truncated).toBe(true);
    expect(message.answers).toHaveLength(4094);
  });

  it("leaves authority and additional records out with the answers", () => {
    const message = responseTo("web.shop. A", {
      answers: records(5000, "web.shop."),
      authorities: records(1, "z."),
      additionals: records(1, "z."),
    });
    expect(decodeMessage(encode(message))).toMatchObject({ authorities: [], additionals: [] });
  });

  it("sets TC when authority records are missing", () => {
    const message = decodeMessage(
      encode(responseTo("a. TXT", { answers: [txt(51_200)], authorities: [txt(51_200)] })),
    );
    expect(message).toMatchObject({ truncated: true, authorities: [] });
    expect(message.answers).toHaveLength(1);
  });

  it("does not set TC when only additional records are missing", () => {
    const message = decodeMessage(
      encode(responseTo("a. TXT", { answers: [txt(51_200)], additionals: [txt(51_200)] })),
    );
    expect(message).toMatchObject({ truncated: false, additionals: [] });
  });

  it("always keeps OPT, padded as far as there is room", () => {
    const octets = encode(
      responseTo("web.shop. A", { answers: records(5000, "web.shop."), edns: EDNS }),
      468,
    );
    const message = decodeMessage(octets);
    expect(octets.length).toBeLessThanOrEqual(65_535);
    expect(message.edns?.options[0]?.code).toBe(12);
    expect(message.truncated).toBe(true);
  });

  it.each([
    [512, undefined, 30],
    [512, EDNS, 29],
    [1232, EDNS, 74],
    [70_000, undefined, 4094],
  ])("ends at a limit of %d octets, OPT included", (limit, edns, count) => {
    const message = responseTo("web.shop. A", { answers: records(5000, "web.shop."), edns });
    const octets = new MessageEncoder().encode(message, undefined, limit);
    const decoded = decodeMessage(octets);
    expect(octets.length).toBeLessThanOrEqual(limit);
    expect(decoded).toMatchObject({ truncated: true, edns });
    expect(decoded.answers).toHaveLength(count);
  });

  it("pads no further than to the limit", () => {
    const message = responseTo("web.shop. A", { answers: records(5, "web.shop."), edns: EDNS });
    expect(new MessageEncoder().encode(message, 468, 300)).toHaveLength(300);
  });

  it("refuses a limit that has no room for the question", () => {
    expect(() => new MessageEncoder().encode(responseTo("web.shop. A", {}), undefined, 20)).toThrow(
      DnsFormatError,
    );
  });

  it("leaves a single record out that is too large by itself", () => {
    const data = new Uint8Array(65_535);
    const message = decodeMessage(
      encode(
        responseTo("a. TXT", {
          answers: [{ name: nameFromText("a."), ttl: 5, type: "opaque", code: 999, class: 1, data }],
        }),
      ),
    );
    expect(message).toMatchObject({ truncated: true, answers: [] });
  });

  it("points nowhere beyond the first 16 KiB", () => {
    const answers = [txt(20_480), a("far.away.", "192.0.2.1"), a("far.away.", "192.0.2.2")];
    expect(decodeMessage(encode(responseTo("a. TXT", { answers }))).answers).toEqual(answers);
  });

  it("knows only so many names, and writes the others in full", () => {
    const answers = Array.from({ length: 1000 }, (_, i) => a(`host${i}.x.`, "192.0.2.1"));
    expect(decodeMessage(encode(responseTo("x. A", { answers }))).answers).toEqual(answers);
  });
});

describe("values that no message can carry", () => {
  const name = nameFromText("a.");
  it.each<readonly [string, Partial<Message>]>([
    ["an A record without an address", { answers: [a("a.", "web")] }],
    ["an A record with an IPv6 address", { answers: [a("a.", "::1")] }],
    [
      "an AAAA record with an IPv4 address",
      { answers: [{ name, ttl: 5, type: "AAAA", address: "1.2.3.4" }] },
    ],
    ["a TXT record without strings", { answers: [{ name, ttl: 5, type: "TXT", strings: [] }] }],
    ["a string of 256 octets", { answers: [{ name, ttl: 5, type: "TXT", strings: [new Uint8Array(256)] }] }],
    ["strings of over 65,535 octets", { answers: [txt(65_536)] }],
    [
      "data of over 65,535 octets",
      {
        answers: [{ name, ttl: 5, type: "opaque", code: 999, class: 1, data: new Uint8Array(65_536) }],
      },
    ],
    ["an extended response code without EDNS", { rcode: 16 }],
    ["more questions than fit", { questions: Array.from({ length: 11_000 }, () => questionOf("aaaa. A")) }],
    [
      "an EDNS option that leaves no room",
      { edns: { ...EDNS, options: [{ code: 1, data: new Uint8Array(65_535) }] } },
    ],
  ])("%s", (_, fields) => {
    expect(() => encode(responseTo("a. A", fields))).toThrow(DnsFormatError);
  });

  it("spoil nothing for the next message", () => {
    const encoder = new MessageEncoder();
    const message = responseTo("web.shop. A", { answers: [a("web.shop.", "10.96.0.20")] });
    const expected = hexOf(encoder.encode(message));
    expect(() => encoder.encode(responseTo("other.shop. A", { answers: [a("b.", "x")] }))).toThrow(
      DnsFormatError,
    );
    expect(hexOf(encoder.encode(message))).toBe(expected);
  });
});

describe("round trip", () => {
  it("decode(encode(message)) is the message", () => {
    const encoder = new MessageEncoder();
    fc.assert(
      fc.property(messageOf({ name: anyName, opaque: true }), (message) => {
        expect(decodeMessage(encoder.encode(message))).toEqual(message);
      }),
      { seed: 5, numRuns: runs(3000) },
    );
  });

  it("messages before do not matter, and are left alone", () => {
    const encoder = new MessageEncoder();
    fc.assert(
      fc.property(messageOf({ name: anyName, opaque: true }), (message) => {
        const alone = new MessageEncoder().encode(message);
        const first = encoder.encode(message);
        const second = encoder.encode(message);
        expect(hexOf(first)).toBe(hexOf(alone));
        expect(hexOf(second)).toBe(hexOf(alone));
      }),
      { seed: 6, numRuns: runs(200) },
    );
  });
});
