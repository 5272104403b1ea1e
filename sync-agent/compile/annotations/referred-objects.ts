/** Which other objects an Ingress's annotations name: sources that do not follow all objects follow these. */
import type { Ingress } from "../../cluster/state.ts";
import { type Annotation, BadValue } from "./annotation.ts";
import { authSecret } from "./basic-auth.ts";
import { proxySetHeaders } from "./external-auth.ts";
import { ownReference, type ReferredKind } from "./references.ts";
import { customHeaders } from "./responses.ts";

const ANNOTATIONS: Readonly<Record<ReferredKind, readonly Annotation<string>[]>> = {
  Secret: [authSecret],
  ConfigMap: [proxySetHeaders, customHeaders],
};

/** `namespace/name`, each once. References that will be refused are left out. */
export function referredObjects(kind: ReferredKind, ingress: Ingress): string[] {
  return [...new Set(ANNOTATIONS[kind].flatMap((annotation) => referred(kind, annotation, ingress) ?? []))];
}

function referred(
  kind: ReferredKind,
  { name, read }: Annotation<string>,
  ingress: Ingress,
): string | undefined {
  const text = ingress.metadata.annotations[name];
  if (text === undefined) return undefined;
  try {
    return ownReference(kind, read(text), ingress);
  } catch (error) {
    if (error instanceof BadValue) return undefined;
    throw error;
  }
}
