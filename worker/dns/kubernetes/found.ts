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

/** The addresses that a question's type asks for; for ANY those of the first one's family (RFC 8482 4.1: one RRset). */
export function addressAnswer(name: Name, ttl: number, type: number, addresses: readonly string[]): Found {
  const family = familyOf(type, addresses[0]);
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

function familyOf(type: number, first: string | undefined): 4 | 6 | undefined {
  switch (type) {
    case TYPE.A:
      return 4;
    case TYPE.AAAA:
      return 6;
    case TYPE.ANY:
      return first === undefined ? undefined : addressFamily(first);
    default:
      return undefined;
  }
}
