import { addressFamily } from "../../../contract/index.ts";
import { TYPE } from "../wire/codes.ts";
import type { Name } from "../wire/name.ts";
import type { ResourceRecord } from "../wire/record.ts";

/** What exists under a name for a type. Without answers: the name exists, the type does not (NODATA). */
export interface Found {
  readonly answers: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
}

export const NODATA: Found = { answers: [], additionals: [] };

export function answer(...answers: readonly ResourceRecord[]): Found {
  return { answers, additionals: [] };
}

/** The addresses that a question's type asks for: of no type other than A and AAAA, ANY included (CoreDNS). */
export function addressAnswer(name: Name, ttl: number, type: number, addresses: readonly string[]): Found {
  const family = type === TYPE.A ? 4 : type === TYPE.AAAA ? 6 : undefined;
  if (family === undefined) return NODATA;
  const answers: ResourceRecord[] = [];
  for (const address of addresses) {
    if (addressFamily(address) === family) answers.push(addressRecord(name, ttl, address));
  }
  return { answers, additionals: [] };
}

export function addressRecord(name: Name, ttl: number, address: string): ResourceRecord {
  return { name, ttl, type: addressFamily(address) === 4 ? "A" : "AAAA", address };
}
