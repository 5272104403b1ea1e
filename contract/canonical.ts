import { MalformedError } from "./errors.ts";

/**
 * The one JSON text of a value: keys sorted by UTF-16 code units, no white space, numbers and strings as
 * ECMAScript writes them (RFC 8785). Properties that are `undefined` are left out, as in JSON.stringify.
 *
 * @throws MalformedError for what JSON cannot carry (NaN, Infinity, functions, `undefined` in an array).
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new MalformedError("canonical JSON", `cannot carry ${value}`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object") {
    // Agents encode every record of a cluster: one text grows here, and no list of lists.
    const object = value as Readonly<Record<string, unknown>>;
    let text = "";
    for (const key of Object.keys(object).toSorted()) {
      const member = object[key];
      if (member === undefined) continue;
      text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonicalJson(member)}`;
    }
    return `{${text}}`;
  }
  throw new MalformedError("canonical JSON", `cannot carry a ${typeof value}`);
}
