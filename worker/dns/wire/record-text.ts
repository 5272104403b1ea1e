/** Records as people write them (RFC 1035 5.1), and RDATA of other types in the form of RFC 3597 5. */
import { TYPE } from "./codes.ts";
import { nameToText } from "./name-text.ts";
import type { ResourceRecord } from "./record.ts";

/** Mnemonics besides those that the codec knows (IANA, Resource Record TYPEs). */
const OTHER_TYPES = {
  RP: 17,
  LOC: 29,
  NAPTR: 35,
  DNAME: 39,
  DS: 43,
  SSHFP: 44,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SMIMEA: 53,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  URI: 256,
  CAA: 257,
} as const;

export const TYPE_CODES: ReadonlyMap<string, number> = new Map(Object.entries({ ...TYPE, ...OTHER_TYPES }));

const MNEMONICS: ReadonlyMap<number, string> = new Map(
  Array.from(TYPE_CODES, ([mnemonic, code]) => [code, mnemonic]),
);

/** `AAAA`; `TYPE65280` where it has no name. */
export function typeText(code: number): string {
  return MNEMONICS.get(code) ?? `TYPE${code}`;
}

export function typeOf(record: ResourceRecord): number {
  return record.type === "opaque" ? record.code : TYPE[record.type];
}

export function recordData(record: ResourceRecord): string {
  switch (record.type) {
    case "A":
    case "AAAA":
      return record.address;
    case "NS":
    case "CNAME":
    case "PTR":
      return nameToText(record.target);
    case "SOA": {
      const { primary, mailbox, serial, refresh, retry, expire, minimum } = record;
      return `${nameToText(primary)} ${nameToText(mailbox)} ${serial} ${refresh} ${retry} ${expire} ${minimum}`;
    }
    case "SRV":
      return `${record.priority} ${record.weight} ${record.port} ${nameToText(record.target)}`;
    case "TXT":
      return record.strings.map(quoted).join(" ");
    case "opaque":
      return genericData(record.data);
  }
}

function genericData(data: Uint8Array): string {
  const hex = Array.from(data, (octet) => octet.toString(16).padStart(2, "0")).join("");
  return hex === "" ? String.raw`\# 0` : String.raw`\# ${data.length} ${hex}`;
}

/** A character string, with what is not printable ASCII as `\DDD`. */
function quoted(string: Uint8Array): string {
  return `"${Array.from(string, octetText).join("")}"`;
}

function octetText(octet: number): string {
  if (octet === 0x22 || octet === 0x5c) return `\\${String.fromCharCode(octet)}`;
  return octet >= 0x20 && octet < 0x7f
    ? String.fromCharCode(octet)
    : `\\${octet.toString().padStart(3, "0")}`;
}
