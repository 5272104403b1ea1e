/** Events are validated as the core group does unless they have an `eventTime`, or come through events.k8s.io. */
import { isDeepStrictEqual } from "node:util";
import { EVENTS_GROUP, type Resource } from "../kinds.ts";
import { field, type JsonObject, text } from "../object.ts";
import type { FieldProblem } from "../status.ts";
import { invalidValue, required } from "./problem.ts";

const MAX_SHORT = 128;
const MAX_NOTE = 1024;

/** @param event with the core group's field names. */
export function validateEvent(resource: Resource, event: JsonObject): FieldProblem[] {
  const modern = text(event, "eventTime") !== "";
  const problems = namespaceProblems(event, modern);
  if (modern) problems.push(...modernProblems(event));
  if (resource.group === EVENTS_GROUP) problems.push(...eventsGroupProblems(event));
  return problems;
}

function namespaceProblems(event: JsonObject, modern: boolean): FieldProblem[] {
  const own = text(event, "metadata.namespace");
  const involved = text(event, "involvedObject.namespace");
  const system = modern ? ["default", "kube-system"] : ["default"];
  const isRight = involved === "" ? system.includes(own) : involved === own;
  return isRight
    ? []
    : [invalidValue("involvedObject.namespace", involved, "does not match event.namespace")];
}

function modernProblems(event: JsonObject): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (text(event, "reportingComponent") === "") problems.push(required("reportingController"));
  for (const name of ["reportingInstance", "action", "reason"]) {
    const value = text(event, name);
    if (value === "") problems.push(required(name));
    if (value.length > MAX_SHORT) {
      problems.push(invalidValue(name, value, `can have at most ${MAX_SHORT} characters`));
    }
  }
  const message = text(event, "message");
  if (Buffer.byteLength(message) > MAX_NOTE) {
    problems.push(invalidValue("message", message, `can have at most ${MAX_NOTE} characters`));
  }
  return problems;
}

function eventsGroupProblems(event: JsonObject): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (text(event, "eventTime") === "") problems.push(required("eventTime"));
  const type = text(event, "type");
  if (type !== "Normal" && type !== "Warning") problems.push(invalidValue("type", type, "has invalid value"));
  const series = field(event, "series");
  if (series !== undefined && series !== null) {
    const count = field(event, "series.count");
    if (typeof count !== "number" || count < 2) {
      problems.push(invalidValue("series.count", count, "should be at least 2"));
    }
    if (text(event, "series.lastObservedTime") === "") problems.push(required("series.lastObservedTime"));
  }
  for (const name of ["firstTimestamp", "lastTimestamp", "count"]) {
    if (field(event, name) !== undefined && field(event, name) !== null) {
      problems.push(invalidValue(name, field(event, name), "needs to be unset"));
    }
  }
  return problems;
}

const FIXED = ["involvedObject", "reason", "message", "type", "action", "related", "eventTime"];
const FIXED_REPORTER = ["reportingComponent", "reportingInstance", "source", "count"];

/** Through events.k8s.io only the series may change. */
export function validateEventUpdate(
  resource: Resource,
  event: JsonObject,
  before: JsonObject,
): FieldProblem[] {
  if (resource.group !== EVENTS_GROUP) return [];
  return [...FIXED, ...FIXED_REPORTER]
    .filter((name) => !isDeepStrictEqual(event[name], before[name]))
    .map((name) => invalidValue(name, event[name], "field is immutable"));
}
