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
  const records = addresses.map((address) => addressRecord(name, ttl, address));
  // Most Services have one address: nothing is copied where nothing is left out.
  const answers = records.every((record) => record.type === own)
    ? records
    : records.filter((record) => record.type === own);
  return { answers, additionals: NO_RECORDS };
}

export function addressRecord(name: Name, ttl: number, address: string): ResourceRecord {
  return { name, ttl, type: addressFamily(address) === 4 ? "A" : "AAAA", address };
}
