/** Reads the fields of one record's data into its wire form. */
import ipaddr from "ipaddr.js";
import { fromBase64, fromHex } from "../../../contract/index.ts";
import { isAbsolute, type Labels, nameWire, readLabels } from "../names.ts";
import { ZoneFileError } from "./error.ts";
import type { Field } from "./lexer.ts";
import { octetsOf } from "./octets.ts";
import { readTtl } from "./ttl.ts";

const MAX_STRING = 255;
export const MAX_RDATA = 65_535;

export class RdataReader {
  readonly octets: number[] = [];
  readonly #fields: readonly Field[];
  readonly #origin: Labels;
  readonly #line: number;
  #at = 0;

  constructor(fields: readonly Field[], origin: Labels, line: number) {
    this.#fields = fields;
    this.#origin = origin;
    this.#line = line;
  }

  hasMore(): boolean {
    return this.#at < this.#fields.length;
  }

  error(problem: string, remedy: string): ZoneFileError {
    return new ZoneFileError(this.#fields[this.#at - 1]?.line ?? this.#line, problem, remedy);
  }

  next(what: string): Field {
    const field = this.#fields[this.#at++];
    if (field !== undefined) return field;
    throw new ZoneFileError(this.#line, `the record has no ${what}`, "Write it.");
  }

  /** @throws ZoneFileError */
  end(): void {
    const field = this.#fields[this.#at];
    if (field === undefined) return;
    throw new ZoneFileError(
      field.line,
      `"${field.text}" stands behind the record`,
      "Take it away, or begin a line with it.",
    );
  }

  number(what: string, octets: 1 | 2 | 4): number {
    const { text } = this.next(what);
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (value < 2 ** (8 * octets)) return this.#put(value, octets);
    throw this.error(`${what} is "${text}"`, `Write a number up to ${2 ** (8 * octets) - 1}.`);
  }

  /** A number, or a mnemonic for it. */
  mnemonic(what: string, octets: 1 | 2, names: Readonly<Record<string, number>>): number {
    const text = this.#fields[this.#at]?.text.toUpperCase() ?? "";
    const known = Object.hasOwn(names, text) ? names[text] : undefined;
    if (known === undefined) return this.number(what, octets);
    this.#at++;
    return this.#put(known, octets);
  }

  seconds(what: string): number {
    const { text } = this.next(what);
    const value = readTtl(text);
    if (value !== undefined) return this.#put(value, 4);
    throw this.error(`${what} is "${text}"`, "Write seconds, or a time such as 1h30m.");
  }

  name(what: string): void {
    const { text } = this.next(what);
    this.octets.push(...nameWire(this.#labels(text, what)));
  }

  #labels(text: string, what: string): Labels {
    const labels = absoluteLabels(text, this.#origin);
    if (labels !== undefined) return labels;
    throw this.error(`${what} is "${text}", which is no name`, "Write a domain name.");
  }

  /** A character string (RFC 1035 3.3). */
  string(what: string): void {
    const octets = this.text(what);
    if (octets.length > MAX_STRING) throw this.error(`${what} is longer than 255 octets`, "Make it shorter.");
    this.octets.push(octets.length, ...octets);
  }

  /** One that is longer than a character string becomes several, as CoreDNS has it. */
  strings(what: string): void {
    do {
      const octets = this.text(what);
      let at = 0;
      do {
        const part = octets.slice(at, at + MAX_STRING);
        this.octets.push(part.length, ...part);
        at += MAX_STRING;
      } while (at < octets.length);
    } while (this.hasMore());
  }

  /** Octets without a length before them. */
  bareString(what: string): void {
    this.append(this.text(what));
  }

  /** @throws ZoneFileError for more than a record holds */
  append(octets: ArrayLike<number>): void {
    if (this.octets.length + octets.length > MAX_RDATA) {
      throw this.error("the record is longer than 65,535 octets", "Make several of it.");
    }
    for (let at = 0; at < octets.length; at++) this.octets.push(octets[at] ?? 0);
  }

  text(what: string): number[] {
    const { text } = this.next(what);
    const octets = octetsOf(text);
    if (octets !== undefined) return octets;
    throw this.error(
      `${what} has a backslash that escapes nothing`,
      String.raw`Write \DDD with three digits, or \\.`,
    );
  }

  address(family: 4 | 6): void {
    const { text } = this.next("address");
    const isIt =
      family === 4
        ? ipaddr.IPv4.isValidFourPartDecimal(text)
        : ipaddr.IPv6.isValid(text) && text.includes(":") && !text.includes("%");
    if (!isIt) throw this.error(`"${text}" is no IPv${family} address`, "Write one.");
    this.octets.push(...ipaddr.parse(text).toByteArray());
  }

  /** All fields that are left, which may be apart. */
  hexadecimal(what: string): void {
    const octets = fromHex(this.#joined(what).toLowerCase());
    if (octets === undefined) throw this.error(`${what} is not hexadecimal`, "Write pairs of 0-9 and a-f.");
    this.append(octets);
  }

  base64(what: string): void {
    const octets = fromBase64(this.#joined(what));
    if (octets === undefined) throw this.error(`${what} is not base64`, "Write it in base64.");
    this.append(octets);
  }

  #joined(what: string): string {
    let text = this.next(what).text;
    while (this.hasMore()) text += this.next(what).text;
    return text;
  }

  #put(value: number, octets: number): number {
    for (let shift = octets - 1; shift >= 0; shift--) {
      this.octets.push(Math.floor(value / 2 ** (8 * shift)) % 256);
    }
    return value;
  }
}

/** A name that may be relative to an origin; `undefined` for what is none. */
export function absoluteLabels(text: string, origin: Labels): Labels | undefined {
  if (text === "@") return origin;
  const labels = readLabels(text);
  if (labels === undefined || isAbsolute(text)) return labels;
  const whole = [...labels, ...origin];
  return nameWire(whole).length > 255 ? undefined : whole;
}
