/** Values of options: numbers, durations, and the names that DNS has for numbers. */
import { CorefileError } from "./error.ts";
import type { Word } from "./syntax.ts";

/** @throws CorefileError */
export function integer({ text, place }: Word, what: string, least: number, most: number): number {
  const value = /^[+-]?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new CorefileError(place, `${what} is "${text}"`, `Write a number from ${least} to ${most}.`);
}

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/** Whole seconds of a duration as Go writes them, `1h30m`. @throws CorefileError */
export function seconds({ text, place }: Word, what: string): number {
  const isWhole = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/.test(text);
  let total = isWhole ? 0 : text === "0" ? 0 : Number.NaN;
  if (isWhole) {
    for (const [, number, unit = ""] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)) {
      total += Number(number) * (UNITS[unit] ?? 0);
    }
  }
  if (total >= 0 && total <= 0x7fffffff) return Math.floor(total);
  throw new CorefileError(place, `${what} is "${text}"`, "Write a duration, as in 30s or 1h30m.");
}

/** @throws CorefileError */
export function oneOf<T extends string>({ text, place }: Word, what: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new CorefileError(place, `${what} is "${text}"`, `Write one of ${choices.join(", ")}.`);
}

/** @throws CorefileError where there are fewer or more words than asked for. */
export function only(of: Word, words: readonly Word[], what: string): Word {
  const [word, more] = words;
  if (word !== undefined && more === undefined) return word;
  throw new CorefileError(of.place, `${of.text} takes one argument, ${what}`, "Write it, and nothing else.");
}

/** IANA, "Resource Record (RR) TYPEs". */
const TYPES: Readonly<Record<string, number>> = {
  A: 1,
  NS: 2,
  MD: 3,
  MF: 4,
  CNAME: 5,
  SOA: 6,
  MB: 7,
  MG: 8,
  MR: 9,
  NULL: 10,
  WKS: 11,
  PTR: 12,
  HINFO: 13,
  MINFO: 14,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  X25: 19,
  ISDN: 20,
  RT: 21,
  SIG: 24,
  KEY: 25,
  PX: 26,
  GPOS: 27,
  AAAA: 28,
  LOC: 29,
  SRV: 33,
  NAPTR: 35,
  KX: 36,
  CERT: 37,
  DNAME: 39,
  OPT: 41,
  APL: 42,
  DS: 43,
  SSHFP: 44,
  IPSECKEY: 45,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  DHCID: 49,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SMIMEA: 53,
  HIP: 55,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  CSYNC: 62,
  ZONEMD: 63,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  NID: 104,
  L32: 105,
  L64: 106,
  LP: 107,
  EUI48: 108,
  EUI64: 109,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
  URI: 256,
  CAA: 257,
};

/** A mnemonic, or `TYPE123` (RFC 3597 5). */
export function rrtype(text: string): number | undefined {
  const upper = text.toUpperCase();
  const generic = /^TYPE(\d{1,5})$/.exec(upper)?.[1];
  const number =
    generic === undefined ? (Object.hasOwn(TYPES, upper) ? TYPES[upper] : undefined) : Number(generic);
  return number !== undefined && number <= 65_535 ? number : undefined;
}

const CLASSES: Readonly<Record<string, number>> = { IN: 1, CS: 2, CH: 3, HS: 4, NONE: 254, ANY: 255 };

export function rrclass(text: string): number | undefined {
  const upper = text.toUpperCase();
  const generic = /^CLASS(\d{1,5})$/.exec(upper)?.[1];
  if (generic !== undefined) return Number(generic) <= 65_535 ? Number(generic) : undefined;
  return Object.hasOwn(CLASSES, upper) ? CLASSES[upper] : undefined;
}

/** IANA, "DNS RCODEs", under the names that CoreDNS has for them. */
const RCODES: Readonly<Record<string, number>> = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
  BADSIG: 16,
  BADVERS: 16,
  BADKEY: 17,
  BADTIME: 18,
  BADMODE: 19,
  BADNAME: 20,
  BADALG: 21,
  BADTRUNC: 22,
  BADCOOKIE: 23,
};

/** @throws CorefileError */
export function rcode({ text, place }: Word): number {
  const upper = text.toUpperCase();
  const number = /^\d{1,2}$/.test(text)
    ? Number(text)
    : Object.hasOwn(RCODES, upper)
      ? RCODES[upper]
      : undefined;
  if (number !== undefined && number <= 23) return number;
  throw new CorefileError(place, `"${text}" is no response code`, "Write its name, as in NXDOMAIN.");
}

/** @throws CorefileError */
export function typeOf({ text, place }: Word): number {
  const number = rrtype(text);
  if (number !== undefined) return number;
  throw new CorefileError(place, `"${text}" is no type of records`, "Write one, as in AAAA or TYPE65.");
}
