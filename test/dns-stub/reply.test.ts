import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyAnswer } from "../../dns-stub/answer.ts";
import { maxOctets, responseTo, type Transport } from "../../dns-stub/reply.ts";
import { answerOf } from "../../dns-stub/upstream/exchange.ts";
import { decodeMessage } from "../../worker/dns/wire/decode.ts";
import { MessageEncoder } from "../../worker/dns/wire/encode.ts";
import { nameToText } from "../../worker/dns/wire/name-text.ts";
import { anyName, messageOf } from "../worker/dns/support/arbitraries.ts";
import { hexOf, queryFor } from "../worker/dns/support/messages.ts";
import { recordText } from "../worker/dns/support/zone-text.ts";
import { a, edns, query, response } from "./support/messages.ts";

describe("the longest response", () => {
  it.each<[string, Transport, number | undefined, number]>([
    ["without EDNS", "udp-loopback", undefined, 512],
    ["by a size that is too small", "udp-loopback", 100, 512],
    ["by the client's size", "udp-loopback", 4096, 4096],
    ["by what a datagram can hold", "udp-loopback", 65_535, 65_507],
    ["over a network, by the client's size", "udp", 1000, 1000],
    ["over a network, by what needs no fragments", "udp", 4096, 1232],
    ["over TCP", "tcp", 512, 65_535],
  ])("%s (%s, %s)", (_, transport, payloadSize, expected) => {
    const asking = query("a. A", payloadSize === undefined ? {} : { edns: edns({ payloadSize }) });
    expect(maxOctets(asking, transport)).toBe(expected);
  });
});

describe("a response", () => {
  const answer = answerOf(
    response("web.shop. A", { answers: [a("web.shop.", "10.0.0.1")], authenticData: true }),
  );

  it("has the client's ID and flags, and its spelling of the name", () => {
    const asking = query("WEB.Shop. A", { id: 77, checkingDisabled: true, recursionDesired: false });
    const reply = responseTo(asking, answer);
    expect(reply).toMatchObject({
      id: 77,
      response: true,
      recursionDesired: false,
      recursionAvailable: true,
      checkingDisabled: true,
      edns: undefined,
    });
    expect([...reply.questions, ...reply.answers].map(({ name }) => nameToText(name))).toEqual([
      "WEB.Shop.",
      "WEB.Shop.",
    ]);
  });

  it.each([
    ["nobody who did not ask", {}, false],
    ["whoever set AD", { authenticData: true }, true],
    ["whoever set DO", { edns: edns({ dnssecOk: true }) }, true],
  ])("says that it was validated to %s", (_, fields, expected) => {
    expect(responseTo(query("web.shop. A", fields), answer).authenticData).toBe(expected);
  });

  it("has extended errors for clients with EDNS, long texts left out", () => {
    const failed = emptyAnswer(2, { code: 23, text: "no" }, { code: 0, text: "x".repeat(81) });
    expect(responseTo(query("a. A"), failed).edns).toBeUndefined();
    const { edns: opt } = responseTo(query("a. A", { edns: edns({ dnssecOk: true }) }), failed);
    expect(opt).toMatchObject({ payloadSize: 1232, version: 0, dnssecOk: true });
    expect(opt?.options.map(({ code, data }) => `${code} ${hexOf(data)}`)).toEqual([
      "15 00176e6f",
      "15 0000",
    ]);
  });

  it("is SERVFAIL where there is no room for the code", () => {
    expect(responseTo(query("a. A"), emptyAnswer(16)).rcode).toBe(2);
    expect(responseTo(query("a. A", { edns: edns() }), emptyAnswer(16)).rcode).toBe(16);
  });
});

/** A client's query, and what a resolver may answer. */
const exchange = fc.record({
  name: anyName,
  payload: fc.option(fc.integer({ min: 0, max: 65_535 }), { nil: undefined }),
  transport: fc.constantFrom<Transport>("tcp", "udp", "udp-loopback"),
  answer: messageOf({ name: anyName, opaque: true }),
  copies: fc.integer({ min: 1, max: 40 }),
});

it("never exceeds the client's size, holds whole records in order, and says by TC what is missing", () => {
  const encoder = new MessageEncoder();
  fc.assert(
    fc.property(exchange, ({ name, payload, transport, answer: message, copies }) => {
      const asking = queryFor([{ name, type: 1, class: 1 }], {
        id: 4711,
        edns: payload === undefined ? undefined : edns({ payloadSize: payload }),
      });
      const answers = Array.from({ length: copies }, () => message.answers).flat();
      const wanted = responseTo(asking, { ...answerOf({ ...message, answers, truncated: false }) });
      const limit = maxOctets(asking, transport);
      const octets = encoder.encode(wanted, undefined, limit);
      expect(octets.length).toBeLessThanOrEqual(limit);
      const sent = decodeMessage(octets);
      expect(sent.id).toBe(4711);
      expect(sent.questions[0]?.name.wire).toEqual(name.wire);
      expect(sent.edns === undefined).toBe(payload === undefined);
      for (const section of ["answers", "authorities", "additionals"] as const) {
        expect(sent[section].map(recordText)).toEqual(
          wanted[section].slice(0, sent[section].length).map(recordText),
        );
      }
      const isWhole =
        sent.answers.length === wanted.answers.length &&
        sent.authorities.length === wanted.authorities.length;
      expect(sent.truncated).toBe(!isWhole);
    }),
    { numRuns: 500 },
  );
});
