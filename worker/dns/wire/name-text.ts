/** Names as people write them: labels with dots between and after, other octets as `\DDD` (RFC 1035 5.1, RFC 4343 2.1). */
import { DnsFormatError } from "./format-error.ts";
import { Name } from "./name.ts";

const BACKSLASH = "\\";

/** One text for each name: printable ASCII as it is; dot, backslash and the rest inside a label as `\DDD`. */
export function nameToText(name: Name): string {
  const wire = name.wire;
  if (wire.length === 1) return ".";
  let text = "";
  let at = 0;
  while (wire[at] !== 0) {
    const end = at + 1 + (wire[at] ?? 0);
    for (let i = at + 1; i < end; i++) text += octetToText(wire[i] ?? 0);
    text += ".";
    at = end;
  }
  return text;
}

/** The name as records of the snapshot have it: lower case, without the dot at its end; `.` for the root. */
export function nameToKey(name: Name): string {
  const text = nameToText(name);
  return text === "." ? text : text.slice(0, -1).toLowerCase();
}

/**
 * Reads `www.example.com` with or without the dot at its end; `\DDD` and `\X` stand for an octet and for X itself.
 *
 * @throws DnsFormatError for empty labels, octets over 255, characters outside ASCII, and names too long.
 */
export function nameFromText(text: string): Name {
  if (text === ".") return Name.root;
  const labels: string[] = [];
  let label = "";
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === ".") {
      labels.push(label);
      label = "";
      at++;
    } else if (char === BACKSLASH) {
      const escaped = unescapeAt(text, at + 1);
      label += escaped.octet;
      at = escaped.next;
    } else {
      if (char > "\x7f") throw new DnsFormatError("name", "has a character outside ASCII; write it as \\DDD");
      label += char;
      at++;
    }
  }
  if (label !== "" || labels.length === 0) labels.push(label);
  return Name.under(Name.root, ...labels);
}

function octetToText(octet: number): string {
  const char = String.fromCharCode(octet);
  if (octet > 0x20 && octet < 0x7f && char !== "." && char !== BACKSLASH) return char;
  return BACKSLASH + octet.toString().padStart(3, "0");
}

function unescapeAt(text: string, at: number): { octet: string; next: number } {
  const digits = text.slice(at, at + 3);
  if (/^\d{3}$/.test(digits)) {
    const octet = Number(digits);
    if (octet > 255) throw new DnsFormatError("name", `has the escape \\${digits}, octets end at 255`);
    return { octet: String.fromCharCode(octet), next: at + 3 };
  }
  const char = text.charAt(at);
  if (char === "" || /[\d\u0080-\uffff]/.test(char)) {
    throw new DnsFormatError("name", "has a backslash without three digits or a character after it");
  }
  return { octet: char, next: at + 1 };
}
