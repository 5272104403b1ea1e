/** Texts of master files as octets: `\DDD` and `\X` for single ones, UTF-8 for what is not ASCII. */
import { utf8 } from "../../../contract/index.ts";
import { readEscape } from "../names.ts";

/** `undefined` where a backslash means nothing. */
export function octetsOf(text: string): number[] | undefined {
  const octets: number[] = [];
  for (let at = 0; at < text.length;) {
    if (text[at] === "\\") {
      const escape = readEscape(text, at);
      if (escape === undefined) return undefined;
      octets.push(escape.octet);
      at += escape.length;
    } else {
      const char = String.fromCodePoint(text.codePointAt(at) ?? 0);
      octets.push(...utf8(char));
      at += char.length;
    }
  }
  return octets;
}
