import { describe, expect, it } from "vitest";
import { answerOf, decodeAnswer, encodeQuestion } from "../../../dns-stub/upstream/exchange.ts";
import { decodeMessage } from "../../../worker/dns/wire/decode.ts";
import { hexOf, octetsOf } from "../../worker/dns/support/messages.ts";
import { asked, a, edns, encode, response } from "../support/messages.ts";

describe("a question for a resolver", () => {
  it("has ID 0, EDNS, and padding to 128 octets, and nothing of the client", () => {
    const octets = encodeQuestion(asked("web.shop. A", { dnssecOk: true }));
    expect(hexOf(octets.subarray(0, 44))).toBe(
      hexOf(
        octetsOf(`
          0000 0120 0001 0000 0000 0001        ; RD, AD
          03 776562 04 73686f70 00 0001 0001
          00 0029 ffff 00 00 8000 005b         ; DO
          000c 0057 000000
        `),
      ),
    );
    expect(octets).toHaveLength(128);
  });

  it.each([
    ["RD", asked("a. A", { recursionDesired: false }), { recursionDesired: false }],
    ["CD", asked("a. A", { checkingDisabled: true }), { checkingDisabled: true }],
  ])("has the client's %s", (_, question, expected) => {
    expect(decodeMessage(encodeQuestion(question))).toMatchObject(expected);
  });

  it("is the same each time, so that HTTP caches know it", () => {
    expect(encodeQuestion(asked("a. A"))).toEqual(encodeQuestion(asked("a. A")));
  });

  it("of the longest name is two blocks and more", () => {
    const name = `${"x".repeat(61)}.`.repeat(4);
    expect(encodeQuestion(asked(`${name} A`))).toHaveLength(384);
  });
});

describe("what comes back", () => {
  const answers = [a("web.shop.", "10.0.0.1")];
  it.each([
    ["an answer", response("web.shop. A", { answers }), "answers"],
    ["in another spelling", response("WEB.shop. A", { answers }), "answers"],
    [
      "a failure without its question",
      { ...response("web.shop. A", { rcode: 1 }), questions: [] },
      "answers",
    ],
    ["no question", { ...response("web.shop. A"), questions: [] }, "response: has no question"],
    ["another name", response("web2.shop. A", { answers }), "response: is to another question"],
    ["another type", response("web.shop. AAAA"), "response: is to another question"],
    ["another class", response("web.shop. CH A"), "response: is to another question"],
    ["a query", response("web.shop. A", { response: false }), "message: is no response"],
    ["another opcode", response("web.shop. A", { opcode: 4 }), "message: is no response"],
  ])("%s", (_, message, expected) => {
    const decode = () => decodeAnswer(encode(message), asked("web.shop. A"));
    if (expected === "answers") expect(decode().rcode).toBe(message.rcode);
    else expect(decode).toThrow(expected);
  });

  it("keeps extended errors of its options, and no others", () => {
    const data = (hex: string) => octetsOf(hex);
    const options = [
      { code: 12, data: data("0000") },
      { code: 15, data: data("0006 626f677573 00") },
      { code: 15, data: data("00") },
      { code: 15, data: data("0012") },
      { code: 15, data: data("0013") },
    ];
    expect(answerOf(response("a. A", { edns: edns({ options }) })).errors).toEqual([
      { code: 6, text: "bogus" },
      { code: 18, text: "" },
    ]);
  });
});
