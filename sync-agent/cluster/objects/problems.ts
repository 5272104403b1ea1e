/** What a schema has to say of an object, in the words of the API rather than of the schema library. */
import type * as z from "zod";

export type FieldPath = readonly (string | number)[];

export interface Problem {
  readonly path: FieldPath;
  /** The path as Kubernetes writes it: `spec.rules[0].host`, `data[tls.crt]`. */
  readonly field: string;
  /** Reads on after the field: `is required`. */
  readonly message: string;
}

/** More problems of one object than this are not listed: the first ones tell enough. */
const MAX_PROBLEMS = 10;

/** A longest legal name and its quotes. */
const MAX_SHOWN = 255;

export function problemsOf(error: z.ZodError): Problem[] {
  return error.issues.slice(0, MAX_PROBLEMS).map((issue) => {
    const path = issue.path.map((key) => (typeof key === "symbol" ? String(key) : key));
    return { path, field: fieldText(path), message: issue.message };
  });
}

export function fieldText(path: FieldPath): string {
  let text = "";
  for (const key of path) {
    if (typeof key === "number" || !/^[A-Za-z]\w*$/.test(key)) text += `[${bounded(String(key))}]`;
    else text += text === "" ? key : `.${key}`;
  }
  return text;
}

/** A user's value in a message: in quotes where it is text, and of bounded length. Never for values of Secrets. */
export function shown(value: unknown): string {
  return bounded(JSON.stringify(value));
}

function bounded(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/** Messages for the library's own checks. Values are not repeated: they may belong to a Secret. */
export function describeIssue(issue: z.core.$ZodRawIssue): string | undefined {
  const absent = issue.input === undefined || issue.input === null;
  if (absent && ["invalid_type", "invalid_value", "invalid_union"].includes(issue.code)) return "is required";
  if (issue.code === "invalid_type") {
    if (issue.expected === "string" && ["number", "boolean"].includes(typeof issue.input)) {
      return `must be a string, not a ${typeof issue.input}: put it in quotes`;
    }
    return `must be a ${TYPE_NAMES[issue.expected] ?? issue.expected}`;
  }
  if (issue.code === "invalid_value") return `must be one of ${issue.values.join(", ")}`;
  return undefined;
}

const TYPE_NAMES: Readonly<Record<string, string>> = { array: "list", object: "map", record: "map" };
