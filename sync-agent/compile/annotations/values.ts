/** How the texts of annotations are read. Every function throws BadValue. */
import ipaddr from "ipaddr.js";
import { unknownVariables } from "../../../contract/index.ts";
import { BadValue } from "./annotation.ts";

/** As Go's strconv.ParseBool, by which ingress-nginx read them. */
export function boolean(text: string): boolean {
  if (/^(?:1|t|T|TRUE|true|True)$/.test(text)) return true;
  if (/^(?:0|f|F|FALSE|false|False)$/.test(text)) return false;
  throw new BadValue("is not true or false", `Write "true" or "false".`);
}

export function integer(least: number, most = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const value = Number(text.trim());
    if (/^-?\d+$/.test(text.trim()) && value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`;
    throw new BadValue(`is not a whole number ${range}`, "Write such a number, in quotes.");
  };
}

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** Bytes, as nginx writes sizes: `8m`; 0 stands for none. */
export function size(text: string): number {
  const [, digits, unit] = /^(\d+)([kmg]?)$/.exec(text.trim().toLowerCase()) ?? [];
  const value = Number(digits) * (UNITS[unit ?? ""] ?? Number.NaN);
  if (Number.isSafeInteger(value)) return value;
  throw new BadValue("is not a size", `Write a number of bytes, or with k, m or g, as in "8m".`);
}

const TIME_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  "": 1_000,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** Milliseconds, from seconds or from a time as nginx and Go write them: `60`, `60s`, `1h30m`. */
export function duration(text: string): number {
  const trimmed = text.trim();
  if (/^(?:\d+(?:ms|[smhdw])?)+$/.test(trimmed)) {
    let total = 0;
    for (const [, digits, unit] of trimmed.matchAll(/(\d+)(ms|[smhdw])?/g)) {
      total += Number(digits) * (TIME_UNITS[unit ?? ""] ?? 0);
    }
    if (Number.isSafeInteger(total)) return total;
  }
  throw new BadValue("is not a time", `Write a number of seconds, or a time such as "90s" or "1h30m".`);
}

/** Parts between commas, without the white space around them and without empty ones. */
export function list(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/**
 * Address ranges; a plain address stands for itself alone. One bad range spoils the list, and so does one whose short,
 * octal or hexadecimal form means different addresses to different programs.
 */
export function ranges(text: string): string[] {
  const parts = list(text);
  if (parts.length === 0) throw new BadValue("names no address range", `Write ranges as in "10.0.0.0/8".`);
  return parts.map((part) => {
    const [address = ""] = part.split("/");
    const isV4 = ipaddr.IPv4.isValidFourPartDecimal(address);
    if (isV4 || ipaddr.IPv6.isValid(address)) {
      const range = address === part ? `${part}/${isV4 ? 32 : 128}` : part;
      if (ipaddr.isValidCIDR(range)) return ipaddr.parseCIDR(range).join("/");
    }
    throw new BadValue(`holds "${part}", which is no address range`, `Write ranges as in "10.0.0.0/8".`);
  });
}

export function oneOf<const T extends string>(...choices: readonly T[]) {
  return (text: string): T => {
    const found = choices.find((choice) => choice.toLowerCase() === text.trim().toLowerCase());
    if (found !== undefined) return found;
    throw new BadValue(`is not one of ${choices.join(", ")}`, "Write one of them.");
  };
}

/** No control characters: nothing of this kind belongs into a header or a URL. */
export function line(text: string): string {
  // A block of YAML (`|`) ends in a new line.
  const value = text.trim();
  if (value === "") throw new BadValue("is empty", "Give it a value, or take it out.");
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001F\u007F]/.test(value)) {
    throw new BadValue("holds control characters", "Write it on one line.");
  }
  return value;
}

const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

export function headerName(text: string): string {
  if (HEADER_NAME.test(text.trim())) return text.trim().toLowerCase();
  throw new BadValue("is not a header's name", "Write a name such as X-Tenant.");
}

export function headerNames(text: string): string[] {
  return list(text).map(headerName);
}

/** A cookie's name (RFC 6265 4.1.1). */
export function cookieName(text: string): string {
  if (HEADER_NAME.test(text.trim())) return text.trim();
  throw new BadValue("is not a cookie's name", "Write letters, digits, `-` and `_`.");
}

/** For texts that make no sense without their variables. */
export function knownVariables(text: string): string {
  const value = line(text);
  const [unknown] = unknownVariables(value);
  if (unknown === undefined) return value;
  throw new BadValue(`holds $${unknown}, of which nothing is known here`, VARIABLES_REMEDY);
}

export const VARIABLES_REMEDY = "Write one of the variables that docs/annotations.md lists, or take it out.";

/** A host, which may hold variables, and a port. */
export function hostTemplate(text: string): string {
  const value = line(text);
  const sample = value.replaceAll(/\$(?:\{\w+\}|\w+)/g, "x");
  if (/^(?:[\w.~-]+|\[[\da-f:.]+\])(?::\d+)?$/i.test(sample)) return value;
  throw new BadValue("is not a host", `Write one as in "internal.example.com".`);
}

/** An http or https URL, which may hold nginx's variables after its host. */
export function url(text: string): string {
  const value = line(text);
  if (/^https?:\/\/[^/\s?#]+/i.test(value) && URL.canParse(value)) return value;
  throw new BadValue("is not an http or https URL", `Write one as in "https://example.com/path".`);
}
