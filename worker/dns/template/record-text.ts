/** Reads one resource record as a master file has it (RFC 1035 5.1), names relative to the root. */
import { addressFamily, canonicalAddress } from "../../../contract/index.ts";
import { CLASS, TYPE } from "../wire/codes.ts";
import { DnsFormatError } from "../wire/format-error.ts";
import { Name } from "../wire/name.ts";
import { nameFromText } from "../wire/name-text.ts";
import type { ResourceRecord } from "../wire/record.ts";

/** What a record without a TTL has (miekg/dns). */
const DEFAULT_TTL = 3600;
const CLASSES = new Set(["IN", "CH", "HS", "CS"]);

/** @throws DnsFormatError */
export function recordFromText(line: string): ResourceRecord {
  const tokens = tokensOf(line);
  const name = nameOf(tokens.shift());
  let ttl = DEFAULT_TTL;
  for (;;) {
    const text = tokens[0]?.text.toUpperCase() ?? "";
    const seconds = secondsOf(text);
    if (seconds !== undefined) ttl = seconds;
    else if (text !== "IN") break;
    tokens.shift();
  }
  const type = tokens.shift()?.text.toUpperCase() ?? "";
  if (CLASSES.has(type)) throw new DnsFormatError("record", `is of class ${type}, not IN`);
  return withData({ name, ttl }, type, new Data(tokens, type));
}

interface Token {
  readonly text: string;
  readonly isQuoted: boolean;
}

/** Parentheses only let a record go on over several lines; a semicolon begins a comment. */
function tokensOf(line: string): Token[] {
  const tokens: Token[] = [];
  for (const [, quoted, plain] of line.matchAll(/"((?:[^"\\]|\\.)*)"|;.*$|[()]|((?:[^\s"();\\]|\\.)+)/gm)) {
    if (quoted !== undefined) tokens.push({ text: quoted, isQuoted: true });
    else if (plain !== undefined) tokens.push({ text: plain, isQuoted: false });
  }
  return tokens;
}

function nameOf(token: Token | undefined): Name {
  if (token === undefined) throw new DnsFormatError("record", "ends too early");
  return token.text === "@" ? Name.root : nameFromText(token.text);
}

const UNITS: Readonly<Record<string, number>> = { S: 1, M: 60, H: 3600, D: 86_400, W: 604_800 };

/** `300`, `1H30M`. */
function secondsOf(text: string): number | undefined {
  if (!/^\d/.test(text) || !/^(?:\d+[SMHDW]?)+$/.test(text)) return undefined;
  let seconds = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([SMHDW]?)/g)) {
    seconds += Number(count) * (UNITS[unit ?? ""] ?? 1);
  }
  return seconds > 0x7fffffff ? undefined : seconds;
}

/** What stands behind the type. */
class Data {
  readonly #tokens: Token[];
  readonly #type: string;

  constructor(tokens: Token[], type: string) {
    this.#tokens = tokens;
    this.#type = type;
  }

  name(): Name {
    return nameOf(this.#tokens.shift());
  }

  text(): string {
    const token = this.#tokens.shift();
    if (token === undefined) throw this.#malformed("ends too early");
    return token.text;
  }

  number(most: number): number {
    const text = this.text();
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(number <= most)) throw this.#malformed(`has ${text} in place of a number`);
    return number;
  }

  seconds(): number {
    const text = this.text();
    const seconds = secondsOf(text.toUpperCase());
    if (seconds === undefined) throw this.#malformed(`has ${text} in place of a time`);
    return seconds;
  }

  strings(): Uint8Array[] {
    const strings = this.#tokens.splice(0).map(({ text }) => octetsOf(text));
    if (strings.length === 0) throw this.#malformed("ends too early");
    return strings.flatMap(chunked);
  }

  /** Checks that nothing is left. */
  end<T>(record: T): T {
    if (this.#tokens.length > 0) throw this.#malformed("has more than it may");
    return record;
  }

  #malformed(problem: string): DnsFormatError {
    return new DnsFormatError(`record of type ${this.#type}`, problem);
  }
}

function withData(common: { name: Name; ttl: number }, type: string, data: Data): ResourceRecord {
  switch (type) {
    case "A":
    case "AAAA": {
      const text = data.text();
      const address = canonicalAddress(text);
      if (address === undefined || addressFamily(address) !== (type === "A" ? 4 : 6)) {
        throw new DnsFormatError(`record of type ${type}`, `has ${text} in place of an address`);
      }
      return data.end({ ...common, type, address });
    }
    case "CNAME":
    case "NS":
    case "PTR":
      return data.end({ ...common, type, target: data.name() });
    case "SRV":
      return data.end({
        ...common,
        type,
        priority: data.number(0xffff),
        weight: data.number(0xffff),
        port: data.number(0xffff),
        target: data.name(),
      });
    case "SOA":
      return data.end({
        ...common,
        type,
        primary: data.name(),
        mailbox: data.name(),
        serial: data.number(0xffff_ffff),
        refresh: data.seconds(),
        retry: data.seconds(),
        expire: data.seconds(),
        minimum: data.seconds(),
      });
    case "TXT":
      return { ...common, type, strings: data.strings() };
    case "MX": {
      const preference = data.number(0xffff);
      const { wire } = data.name();
      const octets = Uint8Array.from([preference >> 8, preference & 0xff, ...wire]);
      return data.end({ ...common, type: "opaque", code: TYPE.MX, class: CLASS.IN, data: octets });
    }
    default:
      throw new DnsFormatError("record", `is of type ${type || "none"}, which cannot be made from text`);
  }
}

/** `\DDD` and `\X` stand for an octet and for X itself. */
function octetsOf(text: string): Uint8Array {
  const encoder = new TextEncoder();
  const octets: number[] = [];
  for (const [part, decimal, char] of text.matchAll(/\\(\d{3})|\\(.)|[^\\]+/gs)) {
    if (decimal !== undefined) octets.push(Math.min(Number(decimal), 255));
    else octets.push(...encoder.encode(char ?? part));
  }
  return Uint8Array.from(octets);
}

/** Longer strings become several (miekg/dns). */
function chunked(octets: Uint8Array): Uint8Array[] {
  if (octets.length <= 255) return [octets];
  return Array.from({ length: Math.ceil(octets.length / 255) }, (_, i) =>
    octets.subarray(255 * i, 255 * (i + 1)),
  );
}
