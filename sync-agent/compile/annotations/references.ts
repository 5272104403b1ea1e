/** How annotations name other objects. Every function throws BadValue. */
import type { Ingress } from "../../cluster/state.ts";
import { BadValue } from "./annotation.ts";
import { line } from "./values.ts";

export type ReferredKind = "Secret" | "ConfigMap";

/** `name`, or `namespace/name`. */
export function objectReference(kind: ReferredKind): (text: string) => string {
  return (text) => {
    const value = line(text);
    if (/^(?:[a-z0-9.-]+\/)?[a-z0-9.-]+$/.test(value)) return value;
    throw new BadValue(`does not name a ${kind}`, "Write `name`, or `namespace/name`.");
  };
}

/**
 * The `namespace/name` that a reference stands for. It must lie in the Ingress's namespace: who may write an Ingress
 * there need not be somebody who may read elsewhere (ingress-nginx `allow-cross-namespace-resources: false`).
 */
export function ownReference(kind: ReferredKind, reference: string, { metadata }: Ingress): string {
  const key = reference.includes("/") ? reference : `${metadata.namespace}/${reference}`;
  if (key.startsWith(`${metadata.namespace}/`)) return key;
  const remedy = `Copy the ${kind} to namespace ${metadata.namespace}, and name that one.`;
  throw new BadValue("lies in another namespace", remedy);
}
