/** What a name below the cluster domain is about (Kubernetes DNS specification 1.1.0; CoreDNS, parse.go). */

/** `_http._tcp`, without the underscores, in lower case. Empty stands for any, as a lone underscore does in CoreDNS. */
export interface PortSelector {
  readonly name: string;
  readonly protocol: string;
}

export interface ServiceSubject {
  readonly kind: "service";
  readonly namespace: string;
  readonly service: string;
  /** Of the Service's record. */
  readonly key: string;
  /** `<endpoint>.svc.ns.svc.<zone>`. */
  readonly endpoint: string | undefined;
  /** `_port._protocol.svc.ns.svc.<zone>`. */
  readonly port: PortSelector | undefined;
}

export interface PodSubject {
  readonly kind: "pod";
  readonly namespace: string;
  /** The pod's address with dashes. Up to two labels in front of it say nothing. */
  readonly pod: string;
}

export type Subject =
  | { readonly kind: "apex" }
  /** `ns.dns.<zone>`. */
  | { readonly kind: "nameServer" }
  /** `svc.<zone>` and `pod.<zone>`, which exist without records. */
  | { readonly kind: "branch" }
  | { readonly kind: "namespace"; readonly branch: "svc" | "pod"; readonly namespace: string }
  | ServiceSubject
  | PodSubject;

/** As many labels as a name has that can exist. */
const MOST_LABELS = 5;

/** @param labels The labels before the zone's name, in lower case. `undefined`: no such name can exist. */
export function subjectOf(labels: readonly string[]): Subject | undefined {
  const count = labels.length;
  const branch = labels[count - 1];
  const namespace = labels[count - 2];
  const name = labels[count - 3];
  if (branch === undefined) return { kind: "apex" };
  if (branch === "dns" && namespace === "ns" && count === 2) return { kind: "nameServer" };
  if (branch !== "svc" && branch !== "pod") return undefined;
  if (namespace === undefined) return { kind: "branch" };
  if (name === undefined) return { kind: "namespace", branch, namespace };
  if (count > MOST_LABELS) return undefined;
  if (branch === "pod") return { kind: "pod", namespace, pod: name };
  return serviceSubject(namespace, name, labels[count - 4], labels[count - 5]);
}

/** `near` and `far` are the labels before the Service's, where there are any; their underscores may be missing. */
function serviceSubject(
  namespace: string,
  service: string,
  near: string | undefined,
  far: string | undefined,
): ServiceSubject {
  const kind = "service";
  const key = `${namespace}/${service}`;
  if (far === undefined || near === undefined) {
    return { kind, namespace, service, key, endpoint: near, port: undefined };
  }
  const port = { name: withoutUnderscore(far), protocol: withoutUnderscore(near) };
  return { kind, namespace, service, key, endpoint: undefined, port };
}

export function withoutUnderscore(label: string): string {
  return label.startsWith("_") ? label.slice(1) : label;
}
