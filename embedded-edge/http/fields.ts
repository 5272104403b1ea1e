/** Header fields, and which of them belong to one connection alone. */

/** Names and values in turn, as they came (Node's `rawHeaders`). */
export type RawFields = readonly string[];

/** RFC 9110 7.6.1, and Trailer, because trailers are not passed on. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Fields that a client cannot have removed by naming them in Connection: the message's meaning hangs on them. */
const NOT_REMOVABLE = new Set(["host", "content-length"]);

/**
 * The fields to pass on: without those of the connection, those that Connection names, and those to drop.
 *
 * @param dropped says of a name in lower case whether to leave the field out
 */
export function endToEndFields(raw: RawFields, dropped: (name: string) => boolean): string[] {
  const named = connectionOptions(raw);
  const result: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? "";
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.has(lower) || dropped(lower)) continue;
    if (named?.has(lower) && !NOT_REMOVABLE.has(lower)) continue;
    result.push(name, raw[i + 1] ?? "");
  }
  return result;
}

/** Every value of a field, in order. */
export function valuesOf(raw: RawFields, name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() === name) values.push(raw[i + 1] ?? "");
  }
  return values;
}

function connectionOptions(raw: RawFields): Set<string> | undefined {
  const values = valuesOf(raw, "connection");
  if (values.length === 0) return undefined;
  return new Set(values.flatMap((value) => value.split(",")).map((option) => option.trim().toLowerCase()));
}
