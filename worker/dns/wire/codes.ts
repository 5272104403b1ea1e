/** The numbers of the protocol that are used by name here (IANA, DNS Parameters). */

export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
} as const;

export const CLASS = { IN: 1, CH: 3 } as const;

export const OPCODE = { QUERY: 0 } as const;

export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  /** Extended: needs an OPT record (RFC 6891 6.1.3). */
  BADVERS: 16,
} as const;

const TYPE_TEXTS = textsOf(TYPE);
const RCODE_TEXTS = textsOf(RCODE);

/** `A`; of types that are not named here `TYPE64` (RFC 3597 5). */
export function typeText(type: number): string {
  return TYPE_TEXTS.get(type) ?? `TYPE${type}`;
}

export function rcodeText(rcode: number): string {
  return RCODE_TEXTS.get(rcode) ?? `RCODE${rcode}`;
}

function textsOf(codes: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(codes).map(([text, code]) => [code, text]));
}

/** EDNS0 options. */
export const OPTION = {
  PADDING: 12,
  /** Extended errors (RFC 8914). */
  EDE: 15,
} as const;

/** Extended DNS errors (RFC 8914 4). */
export const EXTENDED_ERROR = {
  STALE_ANSWER: 3,
  NOT_READY: 14,
  BLOCKED: 15,
  FILTERED: 17,
  PROHIBITED: 18,
  NOT_AUTHORITATIVE: 20,
  NO_REACHABLE_AUTHORITY: 22,
  NETWORK_ERROR: 23,
} as const;
