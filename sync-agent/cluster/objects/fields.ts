/**
 * Building blocks of the kinds' schemas. The API reads `null` as an absent field, and so does everything here.
 * A schema leaves out the key of an absent field; the kinds' transforms put it back, so that objects of a kind have
 * one shape.
 */
import * as z from "zod";
import { canonicalAddress } from "../../../contract/index.ts";
import { isDnsLabel, isDnsSubdomain } from "./names.ts";
import { shown } from "./problems.ts";

export function optional<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined);
}

export function defaulted<T extends z.ZodType>(schema: T, value: z.output<T>) {
  return schema.nullish().transform((found): z.output<T> => found ?? value);
}

export function listOf<T extends z.ZodType>(schema: T) {
  return z
    .array(schema)
    .nullish()
    .transform((found): z.output<T>[] => found ?? []);
}

/** A sub-object that may be missing as a whole, such as `spec`; its own rules still apply. */
export function section<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => value ?? {}, schema);
}

/** An optional text for which the API takes `""` as absent. */
export const optionalText = z
  .string()
  .nullish()
  .transform((value) => (value === "" || value === null ? undefined : value));

/** An optional text that has a form of its own where it is present. */
export function optionalTextOf(form: z.ZodType<string, string>) {
  return optionalText.pipe(z.optional(form));
}

/** A text with a default for where it is absent or empty. */
export function defaultedText<T extends string>(form: z.ZodType<T, T>, value: T) {
  return optionalText.pipe(z.optional(form as z.ZodType<T, string>)).transform((found): T => found ?? value);
}

export const stringMap = z
  .record(
    z.string(),
    z
      .string()
      .nullable()
      .transform((value) => value ?? ""),
  )
  .nullish()
  .transform((found) => found ?? {});

export const dnsLabel = z.string().refine(isDnsLabel, {
  error: (issue) =>
    `${shown(issue.input)} is not a DNS label: at most 63 of a-z, 0-9 and "-", a letter or digit at both ends`,
});

export const dnsSubdomain = z.string().refine(isDnsSubdomain, {
  error: (issue) => `${shown(issue.input)} is not a DNS name in lower case (RFC 1123)`,
});

/** An IP address, put into its canonical text. */
export const ipAddress = z.string().transform((text, context) => {
  const address = canonicalAddress(text);
  if (address !== undefined) return address;
  context.addIssue({ code: "custom", message: `${shown(text)} is not an IP address`, input: text });
  return z.NEVER;
});
