import { addressFamily } from "../../../contract/index.ts";
import { TYPE } from "../wire/codes.ts";
import type { Name } from "../wire/name.ts";
import type { ResourceRecord } from "../wire/record.ts";

/** What exists under a name for a type. Without answers: the name exists, the type does not (NODATA). */
export interface Found {
  readonly answers: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
}

export const NO_RECORDS: readonly ResourceRecord[] = [];

export const NODATA: Found = { answers: NO_RECORDS, additionals: NO_RECORDS };

export function answer(...answers: readonly ResourceRecord[]): Found {
  return { answers, additionals: NO_RECORDS };
}

/** The addresses that a question's type asks for: of no type other than A and AAAA, ANY included (CoreDNS). */
export function addressAnswer(name: Name, ttl: number, type: number, addresses: readonly string[]): Found {
  const own = type === TYPE.A ? "A" : type === TYPE.AAAA ? "AAAA" : undefined;
  if (own === undefined) return NODATA;
  const family = own === "A" ? 4 : 6;
  const isOwn = (address: string) => addressFamily(address) === family;
  // Nothing is copied where nothing is left out: most Services have addresses of one family.
  const asked = addresses.every(isOwn) ? addresses : addresses.filter(isOwn);
  if (asked.length === 0) return NODATA;
  return { answers: asked.map((address) => ({ name, ttl, type: own, address })), additionals: NO_RECORDS };
}

export function addressRecord(name: Name, ttl: number, address: string): ResourceRecord {
  return { name, ttl, type: addressFamily(address) === 4 ? "A" : "AAAA", address };
}
