import { BadValue } from "./annotation.ts";
import { headerNames } from "./values.ts";

/** They frame a message, belong to one connection, or say where a request goes. */
const RESERVED: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "host",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Headers that the edge may set on what it sends, in lower case. Throws BadValue. */
export function forwardableHeaders(text: string): string[] {
  const names = headerNames(text);
  const reserved = names.find((name) => RESERVED.has(name) || name.startsWith("lintel-"));
  if (names.length > 0 && reserved === undefined) return names;
  const problem =
    reserved === undefined ? "names no header" : `holds "${reserved}", which is the edge's to set`;
  throw new BadValue(problem, "Name headers such as X-Auth-Request-User.");
}
