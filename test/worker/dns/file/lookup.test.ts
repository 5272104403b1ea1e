import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Looked, lookup } from "../../../../worker/dns/file/lookup.ts";
import { ZoneData } from "../../../../worker/dns/file/zone-data.ts";
import { TYPE } from "../../../../worker/dns/wire/codes.ts";
import { nameFromText } from "../../../../worker/dns/wire/name-text.ts";
import { zoneOf } from "../support/servers.ts";
import { runs } from "../../support/runs.ts";

const APEX = "zone.test";

/** RFC 4592 as a search through all names; the number of an address says which owner it is from. */
function expected(owners: readonly string[], asked: string): string {
  const exists = (name: string) =>
    name === APEX || owners.some((owner) => owner === name || owner.endsWith(`.${name}`));
  const from = (owner: string) => {
    const index = owners.indexOf(owner);
    return index < 0 ? "none" : `192.0.2.${index}`;
  };
  if (exists(asked)) return from(asked);
  let encloser = asked;
  while (!exists(encloser)) encloser = encloser.slice(encloser.indexOf(".") + 1);
  return exists(`*.${encloser}`) ? from(`*.${encloser}`) : "nxdomain";
}

function given({ outcome, answers }: Looked): string {
  const [answer] = answers;
  if (outcome === "nameError") return "nxdomain";
  return answer?.type === "A" ? answer.address : "none";
}

const below = fc
  .array(fc.constantFrom("a", "b", "*"), { minLength: 1, maxLength: 4 })
  .map((labels) => [...labels, APEX].join("."));

describe("names of a zone", () => {
  it("are found, synthesised or denied as RFC 4592 has it", () => {
    fc.assert(
      fc.property(fc.uniqueArray(below, { maxLength: 8 }), below, (owners, asked) => {
        const soa = `${APEX}. 60 SOA ns.${APEX}. admin.${APEX}. 1 2 3 4 5`;
        const lines = owners.map((owner, index) => `${owner}. 60 A 192.0.2.${index}`);
        const zone = new ZoneData(nameFromText(APEX), zoneOf([soa, ...lines].join("\n")));
        const looked = lookup(zone, nameFromText(asked), TYPE.A);
        expect(given(looked)).toBe(expected(owners, asked));
        for (const { name } of looked.answers) expect(name).toEqual(nameFromText(asked));
      }),
      { numRuns: runs(2_000) },
    );
  });

  it("in the root zone", () => {
    const zone = new ZoneData(
      nameFromText("."),
      zoneOf(". 60 SOA ns. admin. 1 2 3 4 5\na.b. 60 A 192.0.2.1\n*. 60 A 192.0.2.2"),
    );
    const ask = (name: string) => given(lookup(zone, nameFromText(name), TYPE.A));
    expect(["a.b.", "b.", "c.d.", "c.b.", "."].map(ask)).toEqual([
      "192.0.2.1",
      "none",
      "192.0.2.2",
      "nxdomain",
      "none",
    ]);
  });
});
