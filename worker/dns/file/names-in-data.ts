/** Names in data that the codec does not look into. */
import { DnsFormatError } from "../wire/format-error.ts";
import type { Name } from "../wire/name.ts";
import { Reader } from "../wire/reader.ts";
import type { ResourceRecord } from "../wire/record.ts";

const MX = 15;
export const DNAME = 39;
const SVCB = 64;
const HTTPS = 65;
/** Where in the data of types that are not looked into the name stands (RFC 1035 3.3.9, RFC 6672 2.1, RFC 9460 2.2). */
const NAME_AT: ReadonlyMap<number, number> = new Map([
  [MX, 2],
  [DNAME, 0],
  [SVCB, 2],
  [HTTPS, 2],
]);

/** Where mail, a service or a zone is served: names whose addresses are wanted as well (RFC 1035 3.3, RFC 2782). */
export function serverOf(record: ResourceRecord): Name | undefined {
  if (record.type === "SRV" || record.type === "NS") return record.target;
  return record.type === "opaque" && record.code === MX ? nameAt(record.data, 2) : undefined;
}

export function redirectionOf(record: ResourceRecord): Name | undefined {
  return record.type === "opaque" && record.code === DNAME ? nameAt(record.data, 0) : undefined;
}

/** The names that a record's data leads to. */
export function namesIn(record: ResourceRecord): Name[] {
  switch (record.type) {
    case "CNAME":
    case "NS":
    case "PTR":
    case "SRV":
      return [record.target];
    case "opaque": {
      const at = NAME_AT.get(record.code);
      const name = at === undefined ? undefined : nameAt(record.data, at);
      return name === undefined ? [] : [name];
    }
    case "A":
    case "AAAA":
    case "SOA":
    case "TXT":
      return [];
  }
}

function nameAt(data: Uint8Array, start: number): Name | undefined {
  try {
    return new Reader(data, start).name();
  } catch (error) {
    if (error instanceof DnsFormatError) return undefined;
    throw error;
  }
}
