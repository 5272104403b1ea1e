import { describe, expect, it } from "vitest";
import { readQuery } from "../../dns-stub/query.ts";
import { hexOf, octetsOf } from "../worker/dns/support/messages.ts";

const QUESTION = "01 61 00 0001 0001";
const OPT = "00 0029 04d0 00 00 0000 0000";

function outcome(hex: string): string {
  const incoming = readQuery(octetsOf(hex));
  if (incoming.kind !== "refused") return incoming.kind;
  return `refused ${incoming.rcode} ${incoming.errors.map(({ code }) => code).join()}`.trim();
}

describe("octets from a client", () => {
  it.each([
    ["a query", `0007 0100 0001 0000 0000 0000 ${QUESTION}`, "asked"],
    ["one with EDNS", `0007 0100 0001 0000 0000 0001 ${QUESTION} ${OPT}`, "asked"],
    ["of another class", "0007 0100 0001 0000 0000 0000 01 61 00 0010 0003", "asked"],
    ["nothing", "", "ignored"],
    ["less than a header", "0007 0100 0001 0000 0000 00", "ignored"],
    ["a response", `0007 8100 0001 0000 0000 0000 ${QUESTION}`, "ignored"],
    ["a response that is damaged", "0007 8100 ffff 0000 0000 0000", "ignored"],
    ["a response with another opcode", "0007 a800 0000 0000 0000 0000", "ignored"],
    ["no question", "0007 0100 0000 0000 0000 0000", "refused 1"],
    ["two questions", `0007 0100 0002 0000 0000 0000 ${QUESTION} ${QUESTION}`, "refused 1"],
    ["a question that is missing", "0007 0100 0001 0000 0000 0000", "refused 1"],
    ["octets behind the message", `0007 0100 0001 0000 0000 0000 ${QUESTION} 00`, "refused 1"],
    ["two OPT records", `0007 0100 0001 0000 0000 0002 ${QUESTION} ${OPT} ${OPT}`, "refused 1"],
    ["an update", "0007 2800 0001 0000 0000 0000 01 61 00 0006 0001", "refused 4"],
    ["a notification that is damaged", "0007 2000 0001 0000 0000 0000", "refused 4"],
    [
      "EDNS of another version",
      `0007 0100 0001 0000 0000 0001 ${QUESTION} 00 0029 04d0 00 01 0000 0000`,
      "refused 16",
    ],
    ["a zone transfer", "0007 0000 0001 0000 0000 0000 01 61 00 00fc 0001", "refused 5 21"],
    ["an incremental one", "0007 0000 0001 0000 0000 0000 01 61 00 00fb 0001", "refused 5 21"],
  ])("%s", (_, hex, expected) => {
    expect(outcome(hex)).toBe(expected);
  });

  it("keep their ID and opcode where nothing else can be read", () => {
    const incoming = readQuery(octetsOf(`abcd 2900 ffff 0000 0000 0000 ${QUESTION}`));
    expect(incoming).toMatchObject({
      query: { id: 0xabcd, opcode: 5, recursionDesired: true, questions: [] },
    });
  });

  it("keep the question's spelling", () => {
    const incoming = readQuery(octetsOf("0007 0100 0001 0000 0000 0000 02 6141 00 0001 0001"));
    if (incoming.kind !== "asked") throw new Error(incoming.kind);
    expect(hexOf(incoming.query.questions[0]?.name.wire ?? new Uint8Array())).toBe("02614100");
  });
});
