/**
 * zod/mini, put off: what stands here has the names and types of zod's, and keeps a definition, of which a schema of zod's is
 * made when somebody asks for it. An edge has some 700 schemas, and what they say is what fits() reads: making them in each
 * isolate took longer than anything else of its start (docs/adr/0011).
 *
 * `import * as z from "./schema.ts"`. Such a schema may be part of any schema of zod's.
 */
import * as z from "zod/mini";
import english from "zod/v4/locales/en.js";

export type { core, output } from "zod/mini";
export { safeParse } from "zod/mini";

/** As far as fits() reads it, as zod has it in `_zod.def`. */
type Definition = Readonly<Record<string, unknown>> & { readonly checks?: readonly unknown[] };

class Deferred {
  readonly definition: Definition;
  readonly #make: () => object;
  #real: object | undefined;

  constructor(definition: Definition, make: () => object) {
    this.definition = definition;
    this.#make = make;
  }

  get real(): object {
    if (this.#real === undefined) {
      // zod/mini has no words for what is wrong. Those of zod proper, where that is loaded, are the same.
      if (z.config().localeError === undefined) z.config(english());
      this.#real = this.#make();
    }
    return this.#real;
  }

  check(...checks: Parameters<z.ZodMiniType["check"]>): Deferred {
    const { checks: before = [] } = this.definition;
    return new Deferred({ ...this.definition, checks: [...before, ...checks] }, () =>
      (this.real as z.ZodMiniType).check(...checks),
    );
  }
}

// Whatever else is asked of one, zod's answers.
Object.setPrototypeOf(
  Deferred.prototype,
  new Proxy(Object.prototype, {
    get: (_, name, deferred: Deferred): unknown => Reflect.get(deferred.real, name),
  }),
);

/** What a schema or a check of zod's says, whether or not it is made. */
export function definitionOf(schema: object): unknown {
  return schema instanceof Deferred ? schema.definition : (schema as z.core.$ZodType)._zod.def;
}

function defer<M extends (...args: never[]) => object>(
  make: M,
  define: (...args: Parameters<M>) => Definition,
): M {
  const put = (...args: Parameters<M>) => new Deferred(define(...args), () => make(...args));
  return put as unknown as M;
}

const NEVER = new Deferred({ type: "never" }, z.never);
const ANYTHING = new Deferred({ type: "unknown" }, z.unknown);

export const string = defer(z.string, () => ({ type: "string" }));
export const boolean = defer(z.boolean, () => ({ type: "boolean" }));
export const unknown = defer(z.unknown, () => ({ type: "unknown" }));
export const int = defer(z.int, () => ({ type: "number", check: "number_format", format: "safeint" }));
export const base64 = defer(z.base64, () => ({ type: "string", check: "string_format", format: "base64" }));
export const url = defer(z.url, () => ({ type: "string", check: "string_format", format: "url" }));
export const literal = defer(z.literal, (value) => ({ type: "literal", values: [value].flat() }));
const oneOf = defer(z.enum, (entries) => ({ type: "enum", entries }));
export { oneOf as enum };

export const optional = defer(z.optional, (innerType) => ({ type: "optional", innerType }));
export const array = defer(z.array, (element) => ({ type: "array", element }));
export const record = defer(z.record, (keyType, valueType) => ({ type: "record", keyType, valueType }));
export const union = defer(z.union, (options) => ({ type: "union", options }));
export const discriminatedUnion = defer(z.discriminatedUnion, (_, options) => ({ type: "union", options }));
export const strictObject = defer(z.strictObject, (shape) => ({ type: "object", shape, catchall: NEVER }));
export const looseObject = defer(z.looseObject, (shape) => ({ type: "object", shape, catchall: ANYTHING }));

export const minimum = defer(z.minimum, (value) => ({ check: "greater_than", value, inclusive: true }));
export const maximum = defer(z.maximum, (value) => ({ check: "less_than", value, inclusive: true }));
export const minLength = defer(z.minLength, (minimum) => ({ check: "min_length", minimum }));
export const maxLength = defer(z.maxLength, (maximum) => ({ check: "max_length", maximum }));
export const regex = defer(z.regex, (pattern) => ({ check: "string_format", format: "regex", pattern }));
export const startsWith = defer(z.startsWith, (prefix) => ({
  check: "string_format",
  format: "starts_with",
  prefix,
}));
export const refine = defer(z.refine, (fn) => ({ check: "custom", fn }));
