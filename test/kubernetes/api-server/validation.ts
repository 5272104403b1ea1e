/** What the server refuses of an object: its name, and the rules of a kind that a client of it can break. */
import { validateEndpointSlice, validateIngress, validateIngressStatus } from "./validation/network.ts";
import { validateEvent, validateEventUpdate } from "./validation/event.ts";
import { validateLease } from "./validation/lease.ts";
import type { Resource } from "./kinds.ts";
import { type JsonObject, text } from "./object.ts";
import { type FieldProblem, invalid } from "./status.ts";

const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/**
 * @param object as it would be stored.
 * @throws ApiError 422 naming the fields; 400 for a value that does not parse.
 */
export function validate(resource: Resource, object: JsonObject, before?: JsonObject): void {
  const name = text(object, "metadata.name");
  const problems = [...nameProblems(name), ...kindProblems(resource, object, before)];
  if (problems.length > 0) throw invalid(resource, name, problems);
}

export function validateStatus(resource: Resource, object: JsonObject): void {
  if (resource.kind !== "Ingress") return;
  const problems = validateIngressStatus(object);
  if (problems.length > 0) throw invalid(resource, text(object, "metadata.name"), problems);
}

function nameProblems(name: string): FieldProblem[] {
  if (name.length <= 253 && NAME.test(name)) return [];
  return [
    {
      field: "metadata.name",
      reason: name === "" ? "FieldValueRequired" : "FieldValueInvalid",
      message:
        name === ""
          ? "Required value: name or generateName is required"
          : `Invalid value: "${name}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`,
    },
  ];
}

function kindProblems(
  resource: Resource,
  object: JsonObject,
  before: JsonObject | undefined,
): FieldProblem[] {
  switch (resource.kind) {
    case "Ingress":
      return validateIngress(object);
    case "EndpointSlice":
      return validateEndpointSlice(object);
    case "Lease":
      return validateLease(object);
    case "Event":
      return [
        ...validateEvent(resource, object),
        ...(before === undefined ? [] : validateEventUpdate(resource, object, before)),
      ];
    default:
      return [];
  }
}
