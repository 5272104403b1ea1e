/** The resources that the server has: which group, which subresources, and how their updates differ. */

export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Has the subresource `status`, which alone changes `.status`. */
  readonly status: boolean;
  /** Whether `metadata.generation` counts the changes of the rest. */
  readonly generation: boolean;
  /** A PUT without a resourceVersion overwrites whatever there is. */
  readonly unconditionalUpdate: boolean;
  /** A PUT of an object that is not there creates it. */
  readonly createOnUpdate: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
}

const VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

function resource(group: string, plural: string, kind: string, more: Partial<Resource> = {}): Resource {
  return {
    group,
    plural,
    kind,
    namespaced: true,
    status: false,
    generation: false,
    unconditionalUpdate: true,
    createOnUpdate: false,
    verbs: VERBS,
    shortNames: [],
    ...more,
  };
}

export const EVENTS_GROUP = "events.k8s.io";

export const RESOURCES: readonly Resource[] = [
  resource("", "services", "Service", { status: true, createOnUpdate: true, shortNames: ["svc"] }),
  resource("", "secrets", "Secret"),
  resource("", "configmaps", "ConfigMap", { shortNames: ["cm"] }),
  resource("", "namespaces", "Namespace", { namespaced: false, status: true, shortNames: ["ns"] }),
  resource("", "pods", "Pod", { status: true, shortNames: ["po"] }),
  resource("", "endpoints", "Endpoints", { createOnUpdate: true, shortNames: ["ep"] }),
  resource("", "events", "Event", { createOnUpdate: true, shortNames: ["ev"] }),
  // The same objects as the core group's events, under other field names (event-fields.ts).
  resource(EVENTS_GROUP, "events", "Event", { createOnUpdate: true }),
  resource("networking.k8s.io", "ingresses", "Ingress", {
    status: true,
    generation: true,
    shortNames: ["ing"],
  }),
  resource("networking.k8s.io", "ingressclasses", "IngressClass", { namespaced: false, generation: true }),
  resource("discovery.k8s.io", "endpointslices", "EndpointSlice", { generation: true }),
  resource("coordination.k8s.io", "leases", "Lease", { unconditionalUpdate: false, createOnUpdate: true }),
  resource("authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview", {
    namespaced: false,
    verbs: ["create"],
  }),
];

/** Every group is there in this version. */
export const VERSION = "v1";

export function apiVersionOf({ group }: Pick<Resource, "group">): string {
  return group === "" ? VERSION : `${group}/${VERSION}`;
}

/** `ingresses.networking.k8s.io`, as error messages have it. */
export function qualified({ group, plural }: Pick<Resource, "group" | "plural">): string {
  return group === "" ? plural : `${plural}.${group}`;
}

export function findResource(group: string, plural: string): Resource | undefined {
  return RESOURCES.find((one) => one.group === group && one.plural === plural);
}

/** @throws for a kind that the server does not have. */
export function resourceOfKind(kind: string, apiVersion?: string): Resource {
  const found = RESOURCES.find(
    (one) => one.kind === kind && (apiVersion === undefined || apiVersionOf(one) === apiVersion),
  );
  if (found === undefined) throw new Error(`no kind ${kind} of ${apiVersion ?? "any group"}`);
  return found;
}
