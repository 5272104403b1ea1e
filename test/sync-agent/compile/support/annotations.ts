import type { Filters } from "../../../../contract/index.ts";
import type { ClusterState } from "../../../../sync-agent/cluster/state.ts";
import type { AnnotationContext } from "../../../../sync-agent/compile/annotations/group.ts";
import {
  type AnnotationReading,
  readAnnotations,
} from "../../../../sync-agent/compile/annotations/read-annotations.ts";
import { clusterState, ingress } from "./objects.ts";

export interface Context extends Partial<Omit<AnnotationContext, "ingress" | "services" | "hasServices">> {
  readonly services?: ClusterState["Service"];
}

/** Reads annotations; a name without a prefix is ingress-nginx's. */
export function read(
  annotations: Readonly<Record<string, string>>,
  context: Context = {},
): AnnotationReading {
  const state = clusterState({});
  const prefixed = Object.entries(annotations).map(([name, value]) => [
    name.includes("/") ? name : `nginx.ingress.kubernetes.io/${name}`,
    value,
  ]);
  const services = context.services ?? state.Service;
  return readAnnotations({
    ingress: ingress("shop/web", {
      metadata: { annotations: Object.fromEntries(prefixed) as Record<string, string> },
    }),
    services,
    hasServices: (namespace) =>
      [...services.values()].some(({ metadata }) => metadata.namespace === namespace),
    secrets: state.Secret,
    configMaps: state.ConfigMap,
    clusterDomain: "cluster.local",
    defaults: "lintel",
    ...context,
  });
}

export function filtersOf(annotations: Readonly<Record<string, string>>, context?: Context): Filters {
  return read(annotations, context).filters;
}

/** `reason: message` of each warning. */
export function warningsOf(annotations: Readonly<Record<string, string>>, context?: Context): string[] {
  return read(annotations, context).warnings.map(({ reason, message }) => `${reason}: ${message}`);
}
