/** Events are stored once, as core/v1 has them; events.k8s.io/v1 shows them under other field names. */
import { EVENTS_GROUP, type Resource } from "./kinds.ts";
import type { JsonObject } from "./object.ts";

/** Core name to the name in events.k8s.io. */
const NAMES: Readonly<Record<string, string>> = {
  involvedObject: "regarding",
  message: "note",
  source: "deprecatedSource",
  firstTimestamp: "deprecatedFirstTimestamp",
  lastTimestamp: "deprecatedLastTimestamp",
  count: "deprecatedCount",
  reportingComponent: "reportingController",
};
const CORE_NAMES = Object.fromEntries(Object.entries(NAMES).map(([core, other]) => [other, core]));

/** From the request's group to what is stored. */
export function toStored(resource: Resource, object: JsonObject): JsonObject {
  if (resource.group !== EVENTS_GROUP) return object;
  return { ...renamed(object, CORE_NAMES), apiVersion: "v1" };
}

/** From what is stored to the request's group. */
export function toShown<T extends object>(resource: Resource, object: T): T {
  if (resource.group !== EVENTS_GROUP) return object;
  return { ...renamed(object, NAMES), apiVersion: `${EVENTS_GROUP}/v1` };
}

function renamed<T extends object>(object: T, names: Readonly<Record<string, string>>): T {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [names[key] ?? key, value])) as T;
}
