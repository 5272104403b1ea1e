import { CLASS } from "./codes.ts";
import { DnsFormatError } from "./format-error.ts";
import type { Reader } from "./reader.ts";

/** What record data begins with: so many octets, a character string (RFC 1035 3.3), or a name. */
type Part = number | "string" | "name";

/**
 * The types whose data may hold compressed names (RFC 3597 4), without those that are decoded into fields. Behind
 * these parts any octets may follow.
 */
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
  [24, [18, "name"]], // SIG
  [26, [2, "name", "name"]], // PX
  [30, ["name"]], // NXT
  [35, [4, "string", "string", "string", "name"]], // NAPTR
  [36, [2, "name"]], // KX
  [39, ["name"]], // DNAME
]);

/** The type codes whose data must have a certain shape. */
export const SHAPED_CODES: readonly number[] = [...LAYOUTS.keys()];

/**
 * Reads data of a type that is not decoded, its names in full: pointers lead nowhere in another message.
 *
 * @throws DnsFormatError where a name, or a string before one, does not fit into the data.
 */
export function readOpaqueData(
  reader: Reader,
  head: { readonly code: number; readonly class: number; readonly dataLength: number },
): Uint8Array {
  const layout = head.class === CLASS.IN ? LAYOUTS.get(head.code) : undefined;
  if (layout === undefined) return reader.octets(head.dataLength);
  const end = reader.position + head.dataLength;
  const parts = layout.map((part) => readPart(reader, part));
  if (reader.position > end) {
    throw new DnsFormatError(`RDATA of type ${head.code}`, `is longer than its ${head.dataLength} octets`);
  }
  return joined([...parts, reader.octets(end - reader.position)]);
}

function readPart(reader: Reader, part: Part): Uint8Array {
  if (part === "name") return reader.name().wire;
  if (part !== "string") return reader.octets(part);
  const length = reader.uint8();
  return joined([Uint8Array.of(length), reader.octets(length)]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
