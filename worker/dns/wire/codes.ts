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

const RCODE_TEXTS: ReadonlyMap<number, string> = new Map(
  Object.entries(RCODE).map(([text, code]) => [code, text]),
);

export function rcodeText(rcode: number): string {
  return RCODE_TEXTS.get(rcode) ?? `RCODE${rcode}`;
}

/** EDNS0 options. */
export const OPTION = {
  PADDING: 12,
  /** Extended errors (RFC 8914). */
  EDE: 15,
} as const;

/** Extended DNS errors (RFC 8914 4). */
export const EXTENDED_ERROR = {
  OTHER: 0,
  STALE_ANSWER: 3,
  NOT_READY: 14,
  BLOCKED: 15,
  FILTERED: 17,
  PROHIBITED: 18,
  STALE_NXDOMAIN: 19,
  NOT_AUTHORITATIVE: 20,
  NOT_SUPPORTED: 21,
  NO_REACHABLE_AUTHORITY: 22,
  NETWORK_ERROR: 23,
  INVALID_DATA: 24,
} as const;
