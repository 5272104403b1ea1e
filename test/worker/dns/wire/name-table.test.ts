import fc from "fast-check";
import { expect, it } from "vitest";
import type { Name } from "../../../../worker/dns/wire/name.ts";
import { NameTable } from "../../../../worker/dns/wire/name-table.ts";
import { anyName } from "../support/arbitraries.ts";
import { runs } from "../../support/runs.ts";

const BASE = 100;
/** Behind the header, and where pointers cannot lead any more after some names (RFC 1035 4.1.4). */
const BEGINNINGS = [12, 0x3e00, 0x3fe0, 0x4000];
const POINTER_RANGE = 0x4000;

interface Written {
  readonly name: Name;
  readonly compress: boolean;
}

/** The table as it would be if time did not matter: every suffix by its text. */
function plainly(names: readonly Written[], begin: number): number[] {
  const offsets = new Map<string, number>();
  const octets: number[] = [];
  for (const { name, compress } of names) {
    const { wire } = name;
    const start = begin + octets.length;
    const known = suffixes(name).find(({ text }) => offsets.has(text));
    for (const { at, text } of suffixes(name)) {
      if (!offsets.has(text) && start + at < POINTER_RANGE) offsets.set(text, start + at);
    }
    const pointer = known && offsets.get(known.text);
    if (!compress || pointer === undefined) octets.push(...wire);
    else octets.push(...wire.subarray(0, known?.at), 0xc0 | (pointer >> 8), pointer & 0xff);
  }
  return octets;
}

function suffixes({ wire }: Name): { at: number; text: string }[] {
  const found = [];
  for (let at = 0; wire[at] !== 0; at += 1 + (wire[at] ?? 0)) {
    found.push({ at, text: wire.subarray(at).join() });
  }
  return found;
}

/** Few different ones, often the very same again. */
const names = fc
  .array(anyName, { minLength: 1, maxLength: 4 })
  .chain((few) =>
    fc.array(fc.record({ name: fc.constantFrom(...few), compress: fc.boolean() }), { maxLength: 12 }),
  );

it("points to the longest suffix that stands in the message, as a plain table does", () => {
  const table = new NameTable();
  const buffer = new Uint8Array(65_536);
  fc.assert(
    fc.property(names, fc.constantFrom(...BEGINNINGS), (names, begin) => {
      table.begin(buffer, BASE);
      let at = BASE + begin;
      for (const { name, compress } of names) at = table.write(name, at, compress);
      expect(Array.from(buffer.subarray(BASE + begin, at))).toEqual(plainly(names, begin));
    }),
    { numRuns: runs(1_000) },
  );
});
