import { field, type JsonObject } from "../object.ts";
import type { FieldProblem } from "../status.ts";
import { invalidValue } from "./problem.ts";

export function validateLease(object: JsonObject): FieldProblem[] {
  const duration = field(object, "spec.leaseDurationSeconds");
  const transitions = field(object, "spec.leaseTransitions");
  return [
    ...(typeof duration === "number" && duration <= 0
      ? [invalidValue("spec.leaseDurationSeconds", duration, "must be greater than 0")]
      : []),
    ...(typeof transitions === "number" && transitions < 0
      ? [invalidValue("spec.leaseTransitions", transitions, "must be greater than or equal to 0")]
      : []),
  ];
}
