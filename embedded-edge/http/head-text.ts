import type { RawFields } from "./fields.ts";

/**
 * The head of a request that has no body, a character an octet. Every field was one already, in HTTP/1.1 or HTTP/2, whose
 * parsers let no line's end into it.
 *
 * @param extra fields of our own
 */
export function headText(method: string, path: string, fields: RawFields, extra: RawFields): string {
  let text = `${method} ${path} HTTP/1.1\r\n`;
  for (let i = 0; i + 1 < fields.length; i += 2) text += `${fields[i]}: ${fields[i + 1]}\r\n`;
  for (let i = 0; i + 1 < extra.length; i += 2) text += `${extra[i]}: ${extra[i + 1]}\r\n`;
  return `${text}\r\n`;
}
