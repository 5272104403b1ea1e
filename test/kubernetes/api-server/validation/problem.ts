import type { FieldProblem } from "../status.ts";

export function required(field: string, why = ""): FieldProblem {
  return { field, reason: "FieldValueRequired", message: `Required value${why === "" ? "" : `: ${why}`}` };
}

export function invalidValue(field: string, value: unknown, why: string): FieldProblem {
  return { field, reason: "FieldValueInvalid", message: `Invalid value: ${JSON.stringify(value)}: ${why}` };
}
