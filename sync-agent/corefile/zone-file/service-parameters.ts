/** Parameters of SVCB and HTTPS records (RFC 9460 2.1, appendix A). */
import ipaddr from "ipaddr.js";
import { fromBase64 } from "../../../contract/index.ts";
import { octetsOf } from "./octets.ts";
import type { RdataReader } from "./rdata-reader.ts";

const KEYS: Readonly<Record<string, number>> = {
  mandatory: 0,
  alpn: 1,
  "no-default-alpn": 2,
  port: 3,
  ipv4hint: 4,
  ech: 5,
  ipv6hint: 6,
  dohpath: 7,
  ohttp: 8,
};

const MAX_VALUE = 65_535;

/** In ascending order of their keys, each once. @throws ZoneFileError */
export function readServiceParameters(reader: RdataReader): void {
  const values = new Map<number, readonly number[]>();
  while (reader.hasMore()) {
    const { text } = reader.next("parameter");
    const [, name = text, sign, value = ""] = /^([^=]*)(=?)(.*)$/s.exec(text) ?? [];
    const key = keyNumber(name);
    const octets = key === undefined ? undefined : valueOf(key, value, sign === "=");
    if (key === undefined || octets === undefined || octets.length > MAX_VALUE) {
      throw reader.error(
        `"${text}" is no service parameter`,
        "Write it as RFC 9460 has it, as in alpn=h2,h3.",
      );
    }
    if (values.has(key)) throw reader.error(`the parameter ${name} stands twice`, "Write it once.");
    values.set(key, octets);
  }
  for (const [key, octets] of [...values].toSorted(([a], [b]) => a - b)) {
    reader.append([...twoOctets(key), ...twoOctets(octets.length), ...octets]);
  }
}

function keyNumber(name: string): number | undefined {
  if (Object.hasOwn(KEYS, name)) return KEYS[name];
  const digits = /^key(0|[1-9]\d{0,4})$/.exec(name)?.[1];
  return digits !== undefined && Number(digits) < 65_535 ? Number(digits) : undefined;
}

function valueOf(key: number, value: string, isGiven: boolean): number[] | undefined {
  switch (key) {
    case 0: {
      const names = value.split(",");
      const known = names.flatMap((name) => keyNumber(name) || []);
      return known.length === names.length && new Set(known).size === known.length
        ? known.toSorted((a, b) => a - b).flatMap(twoOctets)
        : undefined;
    }
    case 1:
      return protocols(value);
    case 2:
    case 8:
      return isGiven ? undefined : [];
    case 3:
      return /^\d{1,5}$/.test(value) && Number(value) <= 65_535 ? twoOctets(Number(value)) : undefined;
    case 4:
      return addresses(value, (text) => ipaddr.IPv4.isValidFourPartDecimal(text));
    case 5: {
      const octets = value === "" ? undefined : fromBase64(value);
      return octets && [...octets];
    }
    case 6:
      return addresses(
        value,
        (text) => text.includes(":") && !text.includes("%") && ipaddr.IPv6.isValid(text),
      );
    default:
      return octetsOf(value);
  }
}

function addresses(value: string, isValid: (text: string) => boolean): number[] | undefined {
  const texts = value.split(",");
  return texts.every(isValid) ? texts.flatMap((text) => ipaddr.parse(text).toByteArray()) : undefined;
}

const COMMA = 0x2c;
const BACKSLASH = 0x5c;

/** A list whose commas may be escaped, within a string whose octets may be (appendix A.1). */
function protocols(value: string): number[] | undefined {
  const octets = octetsOf(value);
  if (octets === undefined) return undefined;
  const names: number[][] = [[]];
  for (let at = 0; at < octets.length; at++) {
    let octet = octets[at] ?? 0;
    if (octet === COMMA) {
      names.push([]);
      continue;
    }
    if (octet === BACKSLASH) octet = octets[++at] ?? BACKSLASH;
    names.at(-1)?.push(octet);
  }
  if (names.some((name) => name.length === 0 || name.length > 255)) return undefined;
  return names.flatMap((name) => [[name.length], name].flat());
}

function twoOctets(value: number): number[] {
  return [value >> 8, value & 0xff];
}
