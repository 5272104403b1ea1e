/**
 * Cuts a shard's text into those of its records. An edge decodes the few that it is asked for, and no others: decoded, they
 * take several times the memory and most of the time that reading a shard does.
 */
import { MalformedError, parseJson } from "./errors.ts";
import type { Section } from "./records.ts";

const START = '{"records":{';
const QUOTE = 0x22;
const OPENING = 0x7b;
const CLOSING = 0x7d;

/**
 * Key to canonical JSON. Nothing is said of what is inside: that is decodeRecord()'s to check.
 *
 * @throws MalformedError for a text that encodeSection() does not write
 */
export function recordTexts(what: string, section: Section, text: string): Map<string, string> {
  const end = `},"section":${JSON.stringify(section)}}`;
  if (!text.startsWith(START) || !text.endsWith(end)) throw malformed(what);
  const texts = new Map<string, string>();
  const stop = text.length - end.length;
  let at = START.length;
  while (at < stop) {
    const keyEnd = endOfString(what, text, at);
    const start = keyEnd + 1;
    if (text[at] !== '"' || text[keyEnd] !== ":") throw malformed(what);
    const recordEnd = endOfObject(what, text, start);
    texts.set(keyOf(what, text.slice(at, keyEnd)), text.slice(start, recordEnd));
    if (recordEnd < stop && text[recordEnd] !== ",") throw malformed(what);
    at = recordEnd === stop ? stop : recordEnd + 1;
  }
  if (at !== stop || text[stop - 1] === ",") throw malformed(what);
  return texts;
}

function keyOf(what: string, json: string): string {
  return json.includes("\\") ? String(parseJson(what, json)) : json.slice(1, -1);
}

/** Behind the string that begins at `at`. */
function endOfString(what: string, text: string, at: number): number {
  let quote = at;
  do {
    quote = text.indexOf('"', quote + 1);
    if (quote < 0) throw malformed(what);
  } while (isEscaped(text, quote));
  return quote + 1;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === "\\") backslashes += 1;
  return backslashes % 2 === 1;
}

/** Behind the object that begins at `at`. Braces are counted where they stand outside of strings. */
function endOfObject(what: string, text: string, at: number): number {
  if (text.charCodeAt(at) !== OPENING) throw malformed(what);
  let depth = 0;
  for (let i = at; i < text.length; i += 1) {
    const char = text.charCodeAt(i);
    if (char === QUOTE) i = endOfString(what, text, i) - 1;
    else if (char === OPENING) depth += 1;
    else if (char === CLOSING && --depth === 0) return i + 1;
  }
  throw malformed(what);
}

const malformed = (what: string) => new MalformedError(what, "is not laid out as a shard");
