/** Domain names as text (RFC 1035 5.1, RFC 4343 2.1): labels with dots between, other octets as `\DDD`. */

const MAX_LABEL = 63;
const MAX_NAME = 255;

/** Labels of octets, without the root's. */
export type Labels = readonly (readonly number[])[];

/**
 * A name's labels, whether a dot ends it or not. `undefined` for what is no name: an empty label, a long one, an octet
 * above 255, a character that is not ASCII.
 */
export function readLabels(text: string): Labels | undefined {
  if (text === ".") return [];
  const labels: number[][] = [];
  let label: number[] = [];
  let octets = 1;
  const end = (): boolean => {
    octets += label.length + 1;
    if (label.length === 0 || label.length > MAX_LABEL || octets > MAX_NAME) return false;
    labels.push(label);
    label = [];
    return true;
  };
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7e || code <= 0x20) return undefined;
    if (code === DOT) {
      if (!end()) return undefined;
    } else if (code === BACKSLASH) {
      const escape = readEscape(text, at);
      if (escape === undefined) return undefined;
      label.push(escape.octet);
      at += escape.length - 1;
    } else label.push(code);
  }
  if (label.length > 0 && !end()) return undefined;
  return labels.length === 0 ? undefined : labels;
}

/** Whether a dot that is no part of a label ends the text. */
export function isAbsolute(text: string): boolean {
  if (!text.endsWith(".")) return false;
  const backslashes = /\\*$/.exec(text.slice(0, -1))?.[0].length ?? 0;
  return backslashes % 2 === 0;
}

/** The octet that a backslash at a place stands for: `\DDD`, or `\X` for X itself. */
export function readEscape(text: string, at: number): { octet: number; length: number } | undefined {
  const [, digits, char] = /^\\(?:(\d{3})|([^\d]))/s.exec(text.slice(at, at + 4)) ?? [];
  if (digits !== undefined) return Number(digits) > 255 ? undefined : { octet: Number(digits), length: 4 };
  const octet = char?.charCodeAt(0) ?? 0x100;
  return octet > 0x7e || octet < 0x20 ? undefined : { octet, length: 2 };
}

const DOT = 0x2e;
const BACKSLASH = 0x5c;

/** The one text of a name in records: lower case, without the dot at its end, other octets as `\DDD`; `.` for the root. */
export function ownerText(labels: Labels): string {
  if (labels.length === 0) return ".";
  return labels.map((label) => label.map(octetText).join("")).join(".");
}

function octetText(octet: number): string {
  const folded = octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
  const isPlain = folded > 0x20 && folded < 0x7f && folded !== DOT && folded !== BACKSLASH;
  return isPlain ? String.fromCharCode(folded) : `\\${folded.toString().padStart(3, "0")}`;
}

/** Uncompressed wire form, in its own case. */
export function nameWire(labels: Labels): number[] {
  return [...labels.flatMap((label) => [label.length, ...label]), 0];
}

/** Whether a name (both as ownerText has them) is a zone's apex or lies below it. */
export function isWithinZone(name: string, zone: string): boolean {
  return zone === "." || name === zone || name.endsWith(`.${zone}`);
}

/** As CoreDNS has names that it compares with: lower case, with a dot at the end. */
export function dotted(text: string): string {
  const folded = text.toLowerCase();
  return isAbsolute(folded) ? folded : `${folded}.`;
}
