/** Whatever octets come in: a message or DnsFormatError, nothing else, and soon. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeMessage } from "../../../../worker/dns/wire/decode.ts";
import { MessageEncoder } from "../../../../worker/dns/wire/encode.ts";
import { DnsFormatError } from "../../../../worker/dns/wire/format-error.ts";
import type { Message } from "../../../../worker/dns/wire/message.ts";
import { anyName, messageOf } from "../support/arbitraries.ts";
import { runs } from "../../support/runs.ts";

const SEED = 20_261_123;

function decodeOrRefuse(octets: Uint8Array): Message | undefined {
  try {
    return decodeMessage(octets);
  } catch (error) {
    if (error instanceof DnsFormatError) return undefined;
    throw error;
  }
}

/** How many cases were messages: a fuzz test that never reaches one tests little. */
function countMessages(cases: fc.Arbitrary<Uint8Array>, numRuns: number): number {
  let messages = 0;
  const encoder = new MessageEncoder();
  fc.assert(
    fc.property(cases, (octets) => {
      const message = decodeOrRefuse(octets);
      if (message === undefined) return;
      messages++;
      // What was read can be written; only what was compressed in can be too large, and is cut then.
      encoder.encode(message);
    }),
    { seed: SEED, numRuns },
  );
  return messages;
}

const octets = fc.uint8Array({ maxLength: 200 });

/** A header with small counts in front of random octets. */
const headed = fc
  .tuple(fc.array(fc.constantFrom(0, 0, 0, 1, 2), { minLength: 4, maxLength: 4 }), octets)
  .map(([counts, rest]) => Uint8Array.from([0, 0, 1, 0, ...counts.flatMap((count) => [0, count]), ...rest]));

/** Octets of which most are labels of one octet, ends, and pointers near by. */
const pointers = fc
  .tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.array(
      fc.oneof(
        fc.constant([1, 0x61]),
        fc.constant([0, 0, 1, 0, 1]),
        fc.nat(60).map((target) => [0xc0, target]),
        fc.nat(60).map((target) => [0xc0, target, 0, 1, 0, 1]),
      ),
      { maxLength: 20 },
    ),
  )
  .map(([questions, parts]) =>
    Uint8Array.from([0, 0, 1, 0, 0, questions, 0, 0, 0, 0, 0, 0, ...parts.flat()]),
  );

/** A valid message with some octets changed, some cut out and some put in. */
const encoded = messageOf({ name: anyName, opaque: true }).map((message) =>
  Uint8Array.from(new MessageEncoder().encode(message)),
);
const seeds = fc.sample(encoded, { seed: SEED, numRuns: 300 });
const mutated = fc
  .tuple(
    fc.constantFrom(...seeds),
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
    fc.option(fc.tuple(fc.nat(), fc.nat(10), fc.uint8Array({ maxLength: 10 })), { freq: 3 }),
  )
  .map(([seed, changes, splice]) => {
    const copy = Array.from(seed);
    for (const [at, octet] of changes) copy[at % copy.length] = octet;
    if (splice !== null) copy.splice(splice[0] % copy.length, splice[1], ...splice[2]);
    return Uint8Array.from(copy);
  });

describe("a message or DnsFormatError", () => {
  it("for random octets", () => {
    expect(countMessages(octets, runs(10_000))).toBeLessThan(10);
  });

  it("for random octets behind a header", () => {
    expect(countMessages(headed, runs(15_000))).toBeGreaterThan(runs(15_000) / 300);
  });

  it("for pointers to anywhere", () => {
    expect(countMessages(pointers, runs(15_000))).toBeGreaterThan(runs(15_000) / 300);
  });

  it("for damaged messages", () => {
    expect(countMessages(mutated, runs(15_000))).toBeGreaterThan(runs(15_000) / 15);
  });
});

it("takes bounded time for the most pointers that fit into a message", () => {
  // 128 labels, each behind a pointer to the one before; then questions that point to the last of them.
  const parts: number[] = [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1];
  let previous = 12;
  for (let i = 0; i < 126; i++) {
    const at = parts.length;
    parts.push(1, 0x61, 0xc0 | (previous >> 8), previous & 0xff, 0, 1, 0, 1);
    previous = at;
  }
  while (parts.length < 65_529) parts.push(0xc0 | (previous >> 8), previous & 0xff, 0, 1, 0, 1);
  const questions = 127 + (parts.length - 17 - 126 * 8) / 6;
  parts[4] = questions >> 8;
  parts[5] = questions & 0xff;
  const message = decodeMessage(Uint8Array.from(parts));
  expect(message.questions).toHaveLength(questions);
  expect(message.questions.at(-1)?.name.wire).toHaveLength(126 * 2 + 1);
});
