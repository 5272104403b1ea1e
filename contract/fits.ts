import { type core, definitionOf } from "./schema.ts";

type Schema = core.$ZodType;
type Definition = core.$ZodTypes["_zod"]["def"];

const typeOf = (schema: Schema | undefined): string | undefined =>
  schema && (definitionOf(schema) as Definition).type;

/**
 * Whether a schema takes a value that JSON.parse gave, and leaves it as it is. It reads the schema's own definition
 * (zod's `_zod.def`), so there is one account of every shape; but where zod first makes each schema and prepares each object
 * that it is to look at, which took most of an isolate's start and first request, this only goes through it.
 *
 * `false` says nothing: the schema may hold something that is not known here. Then it is zod's to decide, and to find words.
 */
export function fits(schema: Schema, value: unknown): boolean {
  const def = definitionOf(schema) as Definition;
  return (
    isOfType(def, value) && (def.checks === undefined || def.checks.every((check) => passes(check, value)))
  );
}

function isOfType(def: Definition, value: unknown): boolean {
  if (def.type === "string") return typeof value === "string" && isPlain(def);
  if (def.type === "object") return isObject(value) && fitsObject(def, value);
  if (def.type === "optional") return value !== undefined && fits(def.innerType, value);
  if (def.type === "array") return Array.isArray(value) && value.every((item) => fits(def.element, item));
  if (def.type === "number") return Number.isSafeInteger(value) && isInteger(def);
  if (def.type === "boolean") return typeof value === "boolean" && isPlain(def);
  if (def.type === "literal") return def.values.some((known) => known === value);
  if (def.type === "enum") return Object.values(def.entries).some((known) => known === value);
  if (def.type === "union") return def.options.some((option) => fits(option, value));
  if (def.type === "record") return isObject(value) && fitsRecord(def, value);
  return def.type === "unknown";
}

/** No format that is a schema of its own (`z.url()`), and nothing that is made fit first. */
const isPlain = (def: { coerce?: boolean }): boolean => def.coerce !== true && !("check" in def);

const isInteger = (def: { coerce?: boolean }): boolean =>
  def.coerce !== true && "format" in def && def.format === "safeint";

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

function fitsRecord(def: core.$ZodRecordDef, value: Readonly<Record<string, unknown>>): boolean {
  // Of keys of a known set zod wants each one.
  if (typeOf(def.keyType) !== "string") return false;
  for (const key of Object.keys(value)) {
    if (key === "__proto__" || !fits(def.keyType, key) || !fits(def.valueType, value[key])) return false;
  }
  return true;
}

function fitsObject(def: core.$ZodObjectDef, value: Readonly<Record<string, unknown>>): boolean {
  // zod drops unknown members of an object that is neither strict nor loose.
  const others = typeOf(def.catchall);
  if (others !== "never" && others !== "unknown") return false;
  const { shape } = def;
  for (const key of Object.keys(value)) {
    if (key === "__proto__" || (others === "never" && !Object.hasOwn(shape, key))) return false;
  }
  for (const key in shape) {
    const member = shape[key];
    if (member === undefined) return false;
    const isThere = Object.hasOwn(value, key);
    if (isThere ? !fits(member, value[key]) : typeOf(member) !== "optional") {
      return false;
    }
  }
  return true;
}

/** Of zod's checks, what is read here. */
interface CheckDef {
  readonly check: string;
  readonly value?: unknown;
  readonly inclusive?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly format?: string;
  readonly prefix?: string;
  readonly pattern?: RegExp;
  readonly fn?: (value: unknown) => unknown;
}

function passes(check: core.$ZodCheck, value: unknown): boolean {
  const def = definitionOf(check) as CheckDef;
  if (def.check === "custom") return def.fn?.(value) === true;
  if (typeof value === "number") return passesBound(def, value);
  if (def.check === "string_format") return typeof value === "string" && passesFormat(def, value);
  if (typeof value !== "string" && !Array.isArray(value)) return false;
  const { minimum = 0, maximum = 0 } = def;
  // zod counts a text's characters, of which there are no more than code units.
  if (def.check === "max_length") return value.length <= maximum;
  return def.check === "min_length" && minimum <= 1 && value.length >= minimum;
}

function passesBound({ check, value: bound, inclusive }: CheckDef, value: number): boolean {
  if (typeof bound !== "number") return false;
  if (value === bound) return inclusive === true && (check === "greater_than" || check === "less_than");
  return value > bound ? check === "greater_than" : check === "less_than";
}

function passesFormat({ format, prefix, pattern }: CheckDef, text: string): boolean {
  if (format === "starts_with") return prefix !== undefined && text.startsWith(prefix);
  if (format !== "regex" || pattern === undefined) return false;
  pattern.lastIndex = 0;
  return pattern.test(text);
}
