import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadbalance } from "../../../worker/dns/loadbalance.ts";
import type { Query, Resolution } from "../../../worker/dns/resolver.ts";
import { recordFromText } from "../../../worker/dns/template/record-text.ts";
import { recordText } from "./support/zone-text.ts";

function balanced(lines: readonly string[], random: () => number, rcode = 0): string[] {
  const resolution: Resolution = {
    rcode,
    authoritative: true,
    answers: lines.map(recordFromText),
    authorities: [],
    additionals: [],
  };
  const answered = loadbalance({ random })({} as Query, () => resolution) as Resolution;
  return answered.answers.map(recordText);
}

const LINES = [
  "a. 5 CNAME b.",
  "b. 5 A 192.0.2.1",
  "b. 5 A 192.0.2.2",
  "b. 5 A 192.0.2.3",
  "b. 5 AAAA 2001:db8::1",
  "b. 5 TXT x",
  "b. 5 MX 1 m.",
  "b. 5 MX 2 n.",
  "b. 5 SRV 0 1 2 c.",
];
const record = fc.constantFrom(...LINES);

describe("loadbalance", () => {
  it("keeps every record, aliases first and in their order, exchangers last", () => {
    fc.assert(
      fc.property(
        fc.array(record),
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        (lines, stream) => {
          const shuffled = balanced(lines, () => stream.next().value as number);
          expect(shuffled.toSorted()).toEqual(lines.map(recordFromText).map(recordText).toSorted());
          const kinds = shuffled.map((text) =>
            / CNAME /.test(text) ? 0 : / TYPE15 /.test(text) ? 3 : / A+ /.test(text) ? 2 : 1,
          );
          expect(kinds).toEqual(kinds.toSorted((a, b) => a - b));
        },
      ),
    );
  });

  it("gives each address the first place now and then", () => {
    const addresses = ["b. 5 A 192.0.2.1", "b. 5 A 192.0.2.2", "b. 5 A 192.0.2.3"];
    const firsts = [0, 0.4, 0.99].map((value) => balanced(addresses, () => value)[0]);
    expect(new Set(firsts).size).toBeGreaterThan(1);
  });

  it("leaves answers alone that are no success", () => {
    const lines = ["b. 5 A 192.0.2.1", "b. 5 A 192.0.2.2"];
    expect(balanced(lines, () => 0, 3)).toEqual(lines);
    expect(balanced(lines, () => 0)).toEqual(lines.toReversed());
  });
});
