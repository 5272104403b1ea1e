/** Names of Kubernetes objects: as keys of records, in warnings, and by age. */
import { objectNameSchema } from "../../contract/index.ts";
import { type Kind, type Metadata, objectKey } from "../cluster/state.ts";
import type { Warning } from "../warning.ts";
import { compareText } from "./text-order.ts";

/** An object that claims hosts, paths or server names, with what decides between several that claim the same. */
export interface ClaimSource {
  /** `Ingress shop/web`. */
  readonly object: string;
  /** `shop/web`. */
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly created: number | undefined;
}

export function claimSource(kind: Kind, metadata: Metadata): ClaimSource {
  return { object: describeObject(kind, metadata), key: objectKey(metadata), created: metadata.created };
}

/** Oldest first; what has no time of creation last; at the same age by `namespace/name` (as Gateway API has it). */
export function compareSources(a: ClaimSource, b: ClaimSource): number {
  const [ageA, ageB] = [ageOf(a), ageOf(b)];
  if (ageA !== ageB) return ageA < ageB ? -1 : 1;
  return compareText(a.key, b.key) || compareText(a.object, b.object);
}

function ageOf({ created }: ClaimSource): number {
  return created === undefined || Number.isNaN(created) ? Number.POSITIVE_INFINITY : created;
}

/** `Service shop/cart`, and for objects without a namespace `IngressClass lintel`. */
export function describeObject(kind: Kind, metadata: Metadata): string {
  return metadata.namespace === "" ? `${kind} ${metadata.name}` : `${kind} ${objectKey(metadata)}`;
}

/** The warning for an object whose name no record can carry, or `undefined` when its name is fine. */
export function invalidName(kind: Kind, metadata: Metadata): Warning | undefined {
  if (objectNameSchema.safeParse(objectKey(metadata)).success) return undefined;
  return {
    object: describeObject(kind, metadata),
    field: "metadata.name",
    reason: "ObjectInvalid",
    message: `Its namespace and name are not names that Kubernetes accepts; the ${kind} is not served.`,
    remedy: "Use lower-case letters, digits, hyphens and dots.",
  };
}
