/** A YAML document whose entries are read one by one. Problems repeat nothing of it: it may hold what is not for logs. */
import { parseDocument } from "yaml";
import type * as z from "zod";

export interface Entry<T> {
  readonly name: string;
  /** `tokens.ann`. */
  readonly field: string;
  readonly value: T;
}

type ReadDocument<T> =
  | { readonly document: T }
  /** `field` goes on after the document's own name, `problem` after "It". */
  | { readonly field: string; readonly problem: string };

export function readDocument<T extends z.ZodType>(text: string, schema: T): ReadDocument<z.output<T>> {
  const yaml = parseDocument(text, { prettyErrors: false });
  if (yaml.errors.length > 0) return { field: "", problem: "is no valid YAML" };
  let value: unknown;
  try {
    value = yaml.toJS({ maxAliasCount: 100 });
  } catch (error) {
    // Aliases that lead nowhere, or to too much.
    if (!(error instanceof ReferenceError)) throw error;
    return { field: "", problem: "has aliases that cannot be followed" };
  }
  const read = schema.safeParse(value ?? {});
  if (read.success) return { document: read.data };
  const { field, problem } = firstProblem(read.error);
  return { field: field === "" ? "" : `.${field}`, problem };
}

/** @param leaveOut told of each entry that cannot be read: its field, and what is wrong with it, after "It" */
export function readEntries<T extends z.ZodType>(
  section: string,
  entries: Readonly<Record<string, unknown>>,
  schema: T,
  leaveOut: (field: string, problem: string) => void,
): Entry<z.output<T>>[] {
  return Object.entries(entries).flatMap(([name, value]) => {
    const field = `${section}.${name}`;
    const read = schema.safeParse(value);
    if (read.success) return [{ name, field, value: read.data }];
    const { field: inner, problem } = firstProblem(read.error);
    leaveOut(inner === "" ? field : `${field}.${inner}`, problem);
    return [];
  });
}

function firstProblem({ issues }: z.ZodError): { field: string; problem: string } {
  const [issue] = issues;
  if (issue === undefined) return { field: "", problem: "cannot be read" };
  const field = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    return { field, problem: `has ${issue.keys.map((key) => `\`${key}\``).join(", ")}, which means nothing` };
  }
  const isOurs = issue.code === "invalid_format" || issue.code === "custom";
  return { field, problem: isOurs ? issue.message : `is wrong (${issue.message})` };
}
