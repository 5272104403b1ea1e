import * as z from "zod";
import type { Metadata } from "../state.ts";
import { defaultedText, dnsLabel, dnsSubdomain, optional, optionalText, stringMap } from "./fields.ts";

/** The namespace of objects that name none, as kubectl has it. */
export const DEFAULT_NAMESPACE = "default";

const common = {
  annotations: stringMap,
  labels: stringMap,
  uid: optionalText,
  creationTimestamp: optional(
    z.iso.datetime({ offset: true, error: "must be a time such as 2026-01-31T12:00:00Z" }),
  ),
};

/** `metadata` of a kind that lives in namespaces; `name` is the kind's rule for names. */
export function namespacedMetadata(name: z.ZodType<string> = dnsSubdomain) {
  return z
    .object({ ...common, name, namespace: defaultedText(dnsLabel, DEFAULT_NAMESPACE) })
    .transform(({ creationTimestamp, uid, ...rest }): Metadata => ({
      ...rest,
      created: milliseconds(creationTimestamp),
      ...(uid !== undefined && { uid }),
    }));
}

/** `metadata` of a kind that has no namespace; one that is written is ignored, as by the API. */
export function clusterMetadata(name: z.ZodType<string> = dnsSubdomain) {
  return z.object({ ...common, name }).transform(({ creationTimestamp, uid, ...rest }): Metadata => ({
    ...rest,
    namespace: "",
    created: milliseconds(creationTimestamp),
    ...(uid !== undefined && { uid }),
  }));
}

function milliseconds(timestamp: string | undefined): number | undefined {
  return timestamp === undefined ? undefined : Date.parse(timestamp);
}
