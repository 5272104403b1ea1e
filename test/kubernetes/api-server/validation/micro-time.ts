/** `metav1.MicroTime`: read with Go's layout `2006-01-02T15:04:05.000000Z07:00`, six digits and no fewer. */
import type { Resource } from "../kinds.ts";
import { apiVersionOf } from "../kinds.ts";
import { field } from "../object.ts";
import { badRequest } from "../status.ts";

const LAYOUT = "2006-01-02T15:04:05.000000Z07:00";
const FORM = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(?:Z|[+-]\d\d:\d\d)$/;

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Lease: ["spec.acquireTime", "spec.renewTime"],
  Event: ["eventTime", "series.lastObservedTime"],
};

/** @throws ApiError 400, as for every body that does not decode. */
export function requireMicroTimes(resource: Resource, object: unknown): void {
  for (const path of FIELDS[resource.kind] ?? []) {
    const value = field(object, path);
    if (value === undefined || value === null || (typeof value === "string" && FORM.test(value))) continue;
    throw badRequest(
      `${resource.kind} in version "${apiVersionOf(resource)}" cannot be handled as a ${resource.kind}: parsing time ${JSON.stringify(value)} as "${LAYOUT}": cannot parse it`,
    );
  }
}
