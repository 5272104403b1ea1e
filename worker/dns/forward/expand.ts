/**
 * Data of the types that may hold compressed names (RFC 3597 4), made fit for another message: pointers lead nowhere
 * there.
 */
import { CLASS } from "../wire/codes.ts";
import { DnsFormatError } from "../wire/format-error.ts";
import { Reader } from "../wire/reader.ts";
import type { ResourceRecord } from "../wire/record.ts";

/** What data is made of: a number of octets, a character string, a name, or all the rest. */
type Part = number | "string" | "name" | "rest";

const LAYOUTS: ReadonlyMap<number, readonly Part[]> = new Map<number, readonly Part[]>([
  [3, ["name"]], // MD
  [4, ["name"]], // MF
  [7, ["name"]], // MB
  [8, ["name"]], // MG
  [9, ["name"]], // MR
  [14, ["name", "name"]], // MINFO
  [15, [2, "name"]], // MX
  [17, ["name", "name"]], // RP
  [18, [2, "name"]], // AFSDB
  [21, [2, "name"]], // RT
  [24, [18, "name", "rest"]], // SIG
  [26, [2, "name", "name"]], // PX
  [30, ["name", "rest"]], // NXT
  [35, [4, "string", "string", "string", "name"]], // NAPTR
  [36, [2, "name"]], // KX
  [39, ["name"]], // DNAME
]);

/**
 * Records without those whose data is not what their type says.
 *
 * @param message the octets that the records were decoded from, and that their data is a part of
 */
export function expandNames(records: readonly ResourceRecord[], message: Uint8Array): ResourceRecord[] {
  return records.flatMap((record) => {
    const layout =
      record.type === "opaque" && record.class === CLASS.IN ? LAYOUTS.get(record.code) : undefined;
    if (record.type !== "opaque" || layout === undefined) return [record];
    const data = expanded(record.data, layout, message);
    return data === undefined ? [] : [{ ...record, data }];
  });
}

function expanded(data: Uint8Array, layout: readonly Part[], message: Uint8Array): Uint8Array | undefined {
  const start = data.byteOffset - message.byteOffset;
  const end = start + data.length;
  const reader = new Reader(message, start);
  const octets: number[] = [];
  try {
    for (const part of layout) {
      if (part === "name") octets.push(...reader.name().wire);
      else if (part === "rest") octets.push(...reader.octets(end - reader.position));
      else if (part === "string") {
        const length = reader.uint8();
        octets.push(length, ...reader.octets(length));
      } else octets.push(...reader.octets(part));
      if (reader.position > end) return undefined;
    }
  } catch (error) {
    if (error instanceof DnsFormatError) return undefined;
    throw error;
  }
  return reader.position === end ? Uint8Array.from(octets) : undefined;
}
