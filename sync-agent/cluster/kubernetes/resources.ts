/** What is followed in the API server, and how it is asked for. */
import type { Kind } from "../state.ts";

export interface Resource {
  readonly kind: Kind;
  readonly apiVersion: string;
  /** Of the collection. */
  readonly path: string;
  /** Empty for all namespaces, and for what lives in none. */
  readonly namespace: string;
  readonly fieldSelector: string | undefined;
  /** Leaves out objects that belong to another resource of the same kind. */
  readonly accepts?: (raw: Readonly<Record<string, unknown>>) => boolean;
}

const TLS_TYPE = "kubernetes.io/tls";

interface Collection {
  readonly kind: Kind;
  readonly apiVersion: string;
  readonly plural: string;
  readonly fieldSelector?: string;
}

/** Endpoints are not among them: the cluster mirrors them into EndpointSlices. */
const NAMESPACED: readonly Collection[] = [
  { kind: "Ingress", apiVersion: "networking.k8s.io/v1", plural: "ingresses" },
  { kind: "Service", apiVersion: "v1", plural: "services" },
  { kind: "EndpointSlice", apiVersion: "discovery.k8s.io/v1", plural: "endpointslices" },
  { kind: "Secret", apiVersion: "v1", plural: "secrets", fieldSelector: `type=${TLS_TYPE}` },
];

const POD: Collection = { kind: "Pod", apiVersion: "v1", plural: "pods" };
const NAMESPACE: Collection = { kind: "Namespace", apiVersion: "v1", plural: "namespaces" };
const INGRESS_CLASS: Collection = {
  kind: "IngressClass",
  apiVersion: "networking.k8s.io/v1",
  plural: "ingressclasses",
};

/**
 * What is followed from the start to the end.
 *
 * @param namespaces to keep to; none for the whole cluster. Namespaces themselves are not read then: an account that is
 *   confined to some may not.
 */
export function resourcesFor(namespaces: readonly string[], pods: boolean): Resource[] {
  const scopes = namespaces.length === 0 ? [""] : namespaces;
  return [
    resource(INGRESS_CLASS, ""),
    ...(namespaces.length === 0 ? [resource(NAMESPACE, "")] : []),
    ...scopes.flatMap((namespace) => NAMESPACED.map((collection) => resource(collection, namespace))),
    ...(pods ? podResources(namespaces) : []),
  ];
}

/** What is followed once names of pods are to be verified. */
export function podResources(namespaces: readonly string[]): Resource[] {
  const scopes = namespaces.length === 0 ? [""] : namespaces;
  return scopes.map((namespace) => resource(POD, namespace));
}

const NAMED = {
  Secret: { kind: "Secret", apiVersion: "v1", plural: "secrets" },
  ConfigMap: { kind: "ConfigMap", apiVersion: "v1", plural: "configmaps" },
} as const satisfies Record<string, Collection>;

/** Kinds of which objects are followed that Ingresses name. */
export type NamedKind = keyof typeof NAMED;

/** One object, unless it is a Secret of the type that is followed already. */
export function namedObject(kind: NamedKind, namespace: string, name: string): Resource {
  const followed = resource({ ...NAMED[kind], fieldSelector: `metadata.name=${name}` }, namespace);
  return kind === "Secret" ? { ...followed, accepts: ({ type }) => type !== TLS_TYPE } : followed;
}

/** The collections that they lie in: an account needs to be let read of these whatever Ingresses may name. */
export function namedCollections(namespaces: readonly string[]): Resource[] {
  const scopes = namespaces.length === 0 ? [""] : namespaces;
  return scopes.flatMap((namespace) =>
    Object.values(NAMED).map((collection) => resource(collection, namespace)),
  );
}

/** Whether it is that of all TLS Secrets, rather than of a single one. */
export function isTlsSecrets({ kind, accepts }: Resource): boolean {
  return kind === "Secret" && accepts === undefined;
}

function resource({ kind, apiVersion, plural, fieldSelector }: Collection, namespace: string): Resource {
  const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = namespace === "" ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
  return { kind, apiVersion, path: `${base}${scope}/${plural}`, namespace, fieldSelector };
}
