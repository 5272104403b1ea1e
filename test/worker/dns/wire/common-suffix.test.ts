import fc from "fast-check";
import { expect, it } from "vitest";
import { commonSuffix } from "../../../../worker/dns/wire/common-suffix.ts";
import { Name } from "../../../../worker/dns/wire/name.ts";
import { runs } from "../../support/runs.ts";

/** Some hold what looks like a label of its own, its length octet included. */
const label = fc.constantFrom("a", "b", "A", "\x01a", "b\x01a", "\x01a\x01b", "\x00", "www");
const labels = fc.array(label, { maxLength: 6 });

const nameOf = (texts: readonly string[]) => Name.under(Name.root, ...texts);

it("is of whole labels, and the longest", () => {
  fc.assert(
    fc.property(labels, labels, (name, other) => {
      let common = 0;
      while (common < Math.min(name.length, other.length) && name.at(-1 - common) === other.at(-1 - common)) {
        common++;
      }
      const begins = nameOf(name).offsetOf(name.length - common);
      expect(commonSuffix(nameOf(name).wire, nameOf(other).wire)).toBe(begins);
    }),
    { numRuns: runs(5_000) },
  );
});
