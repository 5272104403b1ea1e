/** Names in data that the codec does not look into. */
import { DnsFormatError } from "../wire/format-error.ts";
import type { Name } from "../wire/name.ts";
import { Reader } from "../wire/reader.ts";
import type { ResourceRecord } from "../wire/record.ts";

const MX = 15;
export const DNAME = 39;

/** Where mail, a service or a zone is served: names whose addresses are wanted as well (RFC 1035 3.3, RFC 2782). */
export function serverOf(record: ResourceRecord): Name | undefined {
  if (record.type === "SRV" || record.type === "NS") return record.target;
  return record.type === "opaque" && record.code === MX ? nameAt(record.data, 2) : undefined;
}

export function redirectionOf(record: ResourceRecord): Name | undefined {
  return record.type === "opaque" && record.code === DNAME ? nameAt(record.data, 0) : undefined;
}

function nameAt(data: Uint8Array, start: number): Name | undefined {
  try {
    return new Reader(data, start).name();
  } catch (error) {
    if (error instanceof DnsFormatError) return undefined;
    throw error;
  }
}
