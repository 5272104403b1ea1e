/** Reads one Kubernetes object, as JSON has it, into the stripped form of the cluster state. */
import type * as z from "zod";
import { type ClusterState, type Kind, objectKey } from "../state.ts";
import { configMap } from "./config-map.ts";
import { type Endpoints, endpoints } from "./endpoints.ts";
import { endpointSlice } from "./endpoint-slice.ts";
import { ingress } from "./ingress.ts";
import { ingressBeta } from "./ingress-beta.ts";
import { ingressClass } from "./ingress-class.ts";
import { isRecord } from "./list.ts";
import { DEFAULT_NAMESPACE } from "./metadata.ts";
import { isDnsLabel, isDnsSubdomain } from "./names.ts";
import { namespace } from "./namespace.ts";
import { pod } from "./pod.ts";
import { describeIssue, type Problem, problemsOf, shown } from "./problems.ts";
import { secret } from "./secret.ts";
import { service } from "./service.ts";

export type ObjectOf<K extends Kind> = ClusterState[K] extends ReadonlyMap<string, infer O> ? O : never;

/** Endpoints are read beside the kinds of the state: they become EndpointSlices there. */
export type ReadKind = Kind | "Endpoints";

/** A stripped object with its kind. */
export type StrippedObject =
  | { readonly [K in Kind]: { readonly kind: K; readonly object: ObjectOf<K> } }[Kind]
  | { readonly kind: "Endpoints"; readonly object: Endpoints };

/** Which object it is, whatever version of the API it is written in. */
export interface ObjectIdentity {
  readonly kind: ReadKind;
  /** `namespace/name`, as objectKey has it. */
  readonly key: string;
}

export type Reading =
  | { readonly outcome: "read"; readonly identity: ObjectIdentity; readonly stripped: StrippedObject }
  /** `identity` is `undefined` where the object has no usable name, so that nobody knows which one is meant. */
  | {
      readonly outcome: "invalid";
      readonly identity: ObjectIdentity | undefined;
      readonly problems: readonly Problem[];
    }
  /** A kind that Lintel does not read. */
  | { readonly outcome: "ignored" };

interface Reader {
  readonly kind: ReadKind;
  parse(raw: unknown): StrippedObject | z.ZodError;
}

function reader<K extends ReadKind>(
  kind: K,
  schema: z.ZodType<Extract<StrippedObject, { kind: K }>["object"]>,
): Reader {
  return {
    kind,
    parse(raw) {
      const result = schema.safeParse(raw, { error: describeIssue });
      if (!result.success) return result.error;
      return { kind, object: result.data } as unknown as StrippedObject;
    },
  };
}

const READERS: ReadonlyMap<string, Reader> = new Map([
  ["networking.k8s.io/v1 Ingress", reader("Ingress", ingress)],
  ["networking.k8s.io/v1beta1 Ingress", reader("Ingress", ingressBeta)],
  ["extensions/v1beta1 Ingress", reader("Ingress", ingressBeta)],
  ["networking.k8s.io/v1 IngressClass", reader("IngressClass", ingressClass)],
  ["networking.k8s.io/v1beta1 IngressClass", reader("IngressClass", ingressClass)],
  ["v1 Service", reader("Service", service)],
  ["discovery.k8s.io/v1 EndpointSlice", reader("EndpointSlice", endpointSlice)],
  ["discovery.k8s.io/v1beta1 EndpointSlice", reader("EndpointSlice", endpointSlice)],
  ["v1 Endpoints", reader("Endpoints", endpoints)],
  ["v1 Secret", reader("Secret", secret)],
  ["v1 ConfigMap", reader("ConfigMap", configMap)],
  ["v1 Namespace", reader("Namespace", namespace)],
  ["v1 Pod", reader("Pod", pod)],
]);

const KINDS: ReadonlySet<string> = new Set(Array.from(READERS.values(), ({ kind }) => kind));

/** The groups in which our kinds live. The same kind name in another group is somebody else's object. */
const GROUPS: ReadonlySet<string> = new Set(["", "extensions", "networking.k8s.io", "discovery.k8s.io"]);

/** Never throws; every object has one of the three outcomes. */
export function readObject(raw: unknown): Reading {
  if (!isRecord(raw)) return nameless("", "must be a Kubernetes object: a map with `apiVersion` and `kind`");
  const { apiVersion, kind } = raw;
  if (typeof apiVersion !== "string" || apiVersion === "") return nameless("apiVersion", "is required");
  if (typeof kind !== "string" || kind === "") return nameless("kind", "is required");
  const found = READERS.get(`${apiVersion} ${kind}`);
  if (found === undefined) return readUnknown(raw, apiVersion, kind);
  const stripped = found.parse(raw);
  if ("kind" in stripped) {
    const identity = { kind: stripped.kind, key: objectKey(stripped.object.metadata) };
    return { outcome: "read", identity, stripped };
  }
  return {
    outcome: "invalid",
    identity: identityOf(found.kind, raw.metadata),
    problems: problemsOf(stripped),
  };
}

/** One of our kinds in a version that does not exist is a mistake; anything else is not ours. */
function readUnknown(raw: Readonly<Record<string, unknown>>, apiVersion: string, kind: string): Reading {
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  if (!isReadKind(kind) || !GROUPS.has(group)) return { outcome: "ignored" };
  const versions = [...READERS.keys()].filter((id) => id.endsWith(` ${kind}`)).map((id) => id.split(" ")[0]);
  const message = `${shown(apiVersion)} has no ${kind}; it is read in ${versions.join(", ")}`;
  return {
    outcome: "invalid",
    identity: identityOf(kind, raw.metadata),
    problems: [{ path: ["apiVersion"], field: "apiVersion", message }],
  };
}

function nameless(field: string, message: string): Reading {
  const path = field === "" ? [] : [field];
  return { outcome: "invalid", identity: undefined, problems: [{ path, field, message }] };
}

function isReadKind(kind: string): kind is ReadKind {
  return KINDS.has(kind);
}

/** What cannot be a name was never one of an object that is served, so it tells nothing. */
function identityOf(kind: ReadKind, metadata: unknown): ObjectIdentity | undefined {
  if (!isRecord(metadata)) return undefined;
  const { name, namespace: given } = metadata;
  const absent = given === undefined || given === null || given === "";
  const clusterWide = kind === "IngressClass" || kind === "Namespace";
  const namespaced = absent ? DEFAULT_NAMESPACE : given;
  const namespace = clusterWide ? "" : namespaced;
  if (typeof name !== "string" || !isDnsSubdomain(name)) return undefined;
  if (typeof namespace !== "string" || !(clusterWide || isDnsLabel(namespace))) return undefined;
  return { kind, key: objectKey({ namespace, name }) };
}
