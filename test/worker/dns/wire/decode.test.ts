import { describe, expect, it } from "vitest";
import { decodeMessage } from "../../../../worker/dns/wire/decode.ts";
import { DnsFormatError } from "../../../../worker/dns/wire/format-error.ts";
import { nameToText } from "../../../../worker/dns/wire/name-text.ts";
import { hexOf, octetsOf } from "../support/messages.ts";
import { messageLines } from "../support/zone-text.ts";

/** Header of a query with one question; of a response with one question and one answer. */
const QUERY = "0000 0100 0001 0000 0000 0000";
const RESPONSE = "0000 8400 0001 0001 0000 0000";
/** `a. A IN`, 7 octets at offset 12. */
const QUESTION = "01 61 00 0001 0001";

describe("messages that are read", () => {
  it("a query with EDNS", () => {
    const message = decodeMessage(
      octetsOf(`
        abcd 0110 0001 0000 0000 0001     ; RD, CD
        03 575757 07 6578616d706c65 03 636f6d 00 001c 0001
        00 0029 1000 00 00 8000 000b      ; 4096 octets, DO
        0008 0007 0001 18 00 c00002       ; client subnet 192.0.2.0/24
      `),
    );
    expect(message).toMatchObject({
      id: 0xabcd,
      response: false,
      opcode: 0,
      recursionDesired: true,
      checkingDisabled: true,
      authenticData: false,
      rcode: 0,
      edns: { payloadSize: 4096, version: 0, dnssecOk: true },
    });
    expect(message.questions.map(({ name, type, class: c }) => [nameToText(name), type, c])).toEqual([
      ["WWW.example.com.", 28, 1],
    ]);
    expect(message.edns?.options.map(({ code, data }) => [code, hexOf(data)])).toEqual([
      [8, "00011800c00002"],
    ]);
  });

  it("names that point to parts of others", () => {
    const message = decodeMessage(
      octetsOf(`
        0000 8400 0001 0003 0000 0000
        03 777777 07 6578616d706c65 03 636f6d 00 0005 0001   ; www.example.com at 12, example.com at 16
        c00c 0005 0001 00000005 0006 03 77656 2 c010         ; CNAME web.example.com, at 45
        c02d 0001 0001 00000005 0004 c0000201
        c010 0002 0001 00000005 0002 c02d
      `),
    );
    expect(messageLines(message)).toEqual([
      "NOERROR",
      "> www.example.com. 5 CNAME web.example.com.",
      "> web.example.com. 5 A 192.0.2.1",
      "> example.com. 5 NS web.example.com.",
    ]);
  });

  it("every type that is looked into, and one that is not", () => {
    const message = decodeMessage(
      octetsOf(`
        0000 8400 0000 0006 0000 0000
        00 001c 0001 00000001 0010 20010db8 00000000 00000000 00000001
        00 0006 0001 00000001 001a 016100 016200 00000001 00000002 00000003 00000004 ffffffff
        00 0021 0001 00000001 0009 0001 0002 0003 016100
        00 0010 0001 00000001 0005 02 6869 01 21
        00 000d 0001 00000001 0002 0000
        00 0001 0003 00000001 0003 00 0102            ; A of class CH is something else
      `),
    );
    expect(messageLines(message)).toEqual([
      "NOERROR",
      "> . 1 AAAA 2001:db8::1",
      "> . 1 SOA a. b. 1 2 3 4 4294967295",
      "> . 1 SRV 1 2 3 a.",
      '> . 1 TXT "hi" "!"',
      "> . 1 TYPE13 \\# 2 0000",
      "> . 1 TYPE1 \\# 3 000102",
    ]);
  });

  it.each([
    ["MX", "000f", "0004 000a c00c", "\\# 5 000a016100"],
    ["MX in full", "000f", "0005 000a 0162 00", "\\# 5 000a016200"],
    ["MINFO", "000e", "0004 c00c c00c", "\\# 6 016100016100"],
    ["DNAME", "0027", "0002 c00c", "\\# 3 016100"],
    ["NAPTR", "0023", "000b 0001 0002 0173 00 0178 c00c", "\\# 12 000100020173000178016100"],
    [
      "SIG, with the signature behind the name",
      "0018",
      `0016 ${"00".repeat(18)} c00c ffff`,
      `\\# 23 ${"00".repeat(18)}016100ffff`,
    ],
  ])("names in data that is not looked into stand in full: %s", (_, type, data, expected) => {
    const message = decodeMessage(octetsOf(`${RESPONSE} ${QUESTION} c00c ${type} 0001 00000005 ${data}`));
    expect(messageLines(message)[1]?.replace(/^> a\. 5 TYPE\d+ /, "")).toBe(expected);
  });

  it("data of other classes is left as it is", () => {
    const message = decodeMessage(octetsOf(`${RESPONSE} ${QUESTION} c00c 000f 0003 00000005 0004 000a c00c`));
    expect(messageLines(message)).toEqual(["NOERROR", "> a. 5 TYPE15 \\# 4 000ac00c"]);
  });

  it("a TTL with the top bit set is zero (RFC 2181 8)", () => {
    const message = decodeMessage(octetsOf(`${RESPONSE} ${QUESTION} c00c 0001 0001 80000000 0004 01020304`));
    expect(message.answers[0]?.ttl).toBe(0);
  });

  it("an extended response code (RFC 6891 6.1.3)", () => {
    const message = decodeMessage(octetsOf("0000 8000 0000 0000 0000 0001 00 0029 04d0 01 00 0000 0000"));
    expect(message.rcode).toBe(16);
  });

  it("a second OPT record is an opaque one, for the answerer to refuse", () => {
    const opt = "00 0029 04d0 00 00 0000 0000";
    const message = decodeMessage(octetsOf(`0000 0100 0000 0000 0000 0002 ${opt} ${opt}`));
    expect(message.edns).toBeDefined();
    expect(message.additionals).toMatchObject([{ type: "opaque", code: 41 }]);
  });

  it("an OPT record that is not the root's is an opaque one", () => {
    const message = decodeMessage(
      octetsOf("0000 0100 0000 0000 0000 0001 0161 00 0029 04d0 00 00 0000 0000"),
    );
    expect(message.edns).toBeUndefined();
    expect(message.additionals).toMatchObject([{ type: "opaque", code: 41 }]);
  });
});

const LONG = "3f".concat("78".repeat(63));

describe("octets that are refused", () => {
  it.each([
    ["nothing", "", "ends too early"],
    ["half a header", "0000 0100 0001", "ends too early"],
    ["a question that is missing", QUERY, "shorter than its counts claim"],
    ["counts that lie", "0000 0100 ffff ffff ffff ffff 00 0001 0001", "shorter than its counts claim"],
    ["a name that is cut short", `${QUERY} 03 6162 0001 00`, "ends too early"],
    ["a name without its end", `${QUERY} 05 6162636465`, "ends too early"],
    ["a question without its class", `${QUERY} 03 616263 00 00`, "ends too early"],
    ["octets after the last record", `${QUERY} ${QUESTION} 00`, "goes on after its last record"],
    ["a pointer to itself", `${QUERY} c00c 0001 0001`, "does not lead back"],
    ["a pointer forward", `${QUERY} c00e 01 61 00 0001`, "does not lead back"],
    ["a pointer behind the message", `${QUERY} cfff 0001 0001`, "does not lead back"],
    [
      "a pointer into the header",
      `${RESPONSE} ${QUESTION} c000 0001 0001 00000005 0004 01020304`,
      "lead back",
    ],
    ["a pointer into its own name", `${QUERY} 01 61 c00c 0001`, "does not lead back"],
    [
      "two pointers in a circle",
      `0000 0100 0002 0000 0000 0000 01 61 c013 0001 0001 01 62 c00c 0001 0001`,
      "does not lead back",
    ],
    ["MX without its name", `${RESPONSE} ${QUESTION} c00c 000f 0001 00000005 0002 000a`, "ends too early"],
    [
      "MX with a name that goes on behind its data",
      `${RESPONSE} ${QUESTION} c00c 000f 0001 00000005 0003 000a 01 61 00`,
      "is longer than its 3 octets",
    ],
    ["half a pointer", `${QUERY} 00 0001 0001`.replace("00 0001 0001", "0161 026263 c0"), "ends too early"],
    ["a label of a reserved type", `${QUERY} 41 ${"61".repeat(65)} 00 0001 0001`, "reserved type 1"],
    ["a label of the other reserved type", `${QUERY} 80 00 0001 0001`, "reserved type 2"],
    ["a name of 257 octets", `${QUERY} ${LONG.repeat(4)} 00 0001 0001`, "longer than 255 octets"],
    [
      "a name that pointers make too long",
      `0000 0100 0002 0000 0000 0000 ${LONG.repeat(3)} 00 0001 0001 ${LONG} c00c 0001 0001`,
      "longer than 255 octets",
    ],
    ["a record that is cut short", `${RESPONSE} ${QUESTION} c00c 0001 0001 00000005`, "ends too early"],
    [
      "data that is cut short",
      `${RESPONSE} ${QUESTION} c00c 0001 0001 00000005 0004 0102`,
      "4 octets of data",
    ],
    ["an A record of 5 octets", `${RESPONSE} ${QUESTION} c00c 0001 0001 00000005 0005 0102030405`, "type 1"],
    [
      "an AAAA record of 4 octets",
      `${RESPONSE} ${QUESTION} c00c 001c 0001 00000005 0004 01020304`,
      "type 28",
    ],
    [
      "a CNAME shorter than its RDLENGTH",
      `${RESPONSE} ${QUESTION} c00c 0005 0001 00000005 0003 c00c 00`,
      "RDATA",
    ],
    [
      "a CNAME longer than its RDLENGTH",
      `${RESPONSE} ${QUESTION} c00c 0005 0001 00000005 0001 c00c`,
      "RDATA",
    ],
    ["an empty CNAME", `${RESPONSE} ${QUESTION} c00c 0005 0001 00000005 0000`, "ends too early"],
    [
      "an SRV record without target",
      `${RESPONSE} ${QUESTION} c00c 0021 0001 00000005 0006 000100020003`,
      "early",
    ],
    [
      "a string longer than its record",
      `${RESPONSE} ${QUESTION} c00c 0010 0001 00000005 0002 05 61`,
      "early",
    ],
    [
      "a string that runs into the next record",
      `0000 8400 0000 0002 0000 0000 00 0010 0001 00000005 0002 05 61 00 0010 0001 00000005 0001 00`,
      "RDATA of TXT",
    ],
    [
      "a TXT record without strings",
      `${RESPONSE} ${QUESTION} c00c 0010 0001 00000005 0000`,
      "ends too early",
    ],
    ["half an EDNS option", "0000 0100 0000 0000 0000 0001 00 0029 04d0 00000000 0003 000c00", "early"],
    [
      "an EDNS option cut short",
      "0000 0100 0000 0000 0000 0001 00 0029 04d0 00000000 0005 000c 0002 00",
      "early",
    ],
    [
      "an EDNS option longer than the record",
      "0000 0100 0000 0000 0000 0002 00 0029 04d0 00000000 0004 000c 0003 00 0001 0001 00000000 0000",
      "an option longer than the record",
    ],
  ])("%s", (_, hex, problem) => {
    const octets = octetsOf(hex);
    expect(() => decodeMessage(octets)).toThrow(DnsFormatError);
    expect(() => decodeMessage(octets)).toThrow(problem);
  });

  it("every beginning of a message", () => {
    const whole = octetsOf(`
      0000 8400 0001 0002 0000 0001
      03 777777 07 6578616d706c65 03 636f6d 00 0001 0001
      c00c 0005 0001 00000005 0006 03 776562 c010
      c02d 0001 0001 00000005 0004 c0000201
      00 0029 04d0 00000000 0004 000c 0000
    `);
    expect(decodeMessage(whole).answers).toHaveLength(2);
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeMessage(whole.subarray(0, length))).toThrow(DnsFormatError);
    }
  });
});
