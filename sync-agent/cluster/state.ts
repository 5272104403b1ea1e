/**
 * The cluster as the agent sees it: plain, stripped objects, whatever source they come from. Fields are those of
 * the Kubernetes API that Lintel reads, under their own names and with the API's defaults filled in.
 */
import type { Warning } from "../warning.ts";

export interface Metadata {
  /** Empty for objects that have no namespace. */
  readonly namespace: string;
  readonly name: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since 1970; `undefined` for objects that never were in a cluster: they count as youngest. */
  readonly created: number | undefined;
  /** Absent for objects that never were in a cluster. */
  readonly uid?: string;
}

export interface IngressBackend {
  /** `undefined` for a backend that is not a Service (`resource`). */
  readonly service: { readonly name: string; readonly port: ServicePortReference } | undefined;
}

/** By number or by name, as `networking.k8s.io/v1` has it; exactly one is set. */
export type ServicePortReference = { readonly number: number } | { readonly name: string };

export interface IngressPath {
  readonly path: string;
  readonly pathType: "Exact" | "Prefix" | "ImplementationSpecific";
  readonly backend: IngressBackend;
}

export interface IngressRule {
  /** Lower case; `undefined` for a rule without a host. */
  readonly host: string | undefined;
  /** Empty for a rule without `http`: its host's requests go to the default backend. */
  readonly paths: readonly IngressPath[];
}

/** One of `status.loadBalancer.ingress`: where clients reach an Ingress or a Service. */
export interface LoadBalancerAddress {
  readonly ip?: string;
  readonly hostname?: string;
}

export interface Ingress {
  readonly metadata: Metadata;
  readonly ingressClassName: string | undefined;
  readonly defaultBackend: IngressBackend | undefined;
  readonly rules: readonly IngressRule[];
  readonly tls: readonly { readonly hosts: readonly string[]; readonly secretName: string | undefined }[];
  /** What its status says at present, whoever wrote it. Absent when nothing. Reporting reads it, compiling does not. */
  readonly loadBalancer?: readonly LoadBalancerAddress[];
}

export interface IngressClass {
  readonly metadata: Metadata;
  readonly controller: string;
  /** Annotation `ingressclass.kubernetes.io/is-default-class`. */
  readonly isDefault: boolean;
}

export interface ServicePort {
  readonly name: string;
  readonly protocol: "TCP" | "UDP" | "SCTP";
  readonly port: number;
  /** Of a Service, where it is a number. Slices know the pods' ports better. */
  readonly targetPort?: number;
}

export interface Service {
  readonly metadata: Metadata;
  readonly type: "ClusterIP" | "NodePort" | "LoadBalancer" | "ExternalName";
  /** `["None"]` for a headless Service; empty for ExternalName. */
  readonly clusterIPs: readonly string[];
  readonly externalName: string | undefined;
  readonly ports: readonly ServicePort[];
  readonly publishNotReadyAddresses: boolean;
  /** `spec.externalIPs`, absent where there are none. */
  readonly externalIPs?: readonly string[];
  /** What its status says, absent where nothing. */
  readonly loadBalancer?: readonly LoadBalancerAddress[];
}

/** Also what an Endpoints object is turned into, one slice a subset. */
export interface EndpointSlice {
  readonly metadata: Metadata;
  /** Label `kubernetes.io/service-name`; a slice without it belongs to no Service. */
  readonly serviceName: string | undefined;
  readonly addressType: "IPv4" | "IPv6" | "FQDN";
  readonly ports: readonly ServicePort[];
  readonly endpoints: readonly {
    readonly addresses: readonly string[];
    readonly hostname: string | undefined;
    readonly ready: boolean;
    /** Terminating and not ready any more, but serving. Absent else. */
    readonly draining?: true;
    /** `hints.forZones`, absent where there are none. */
    readonly zones?: readonly string[];
    /** The name of its `targetRef`, absent where there is none. */
    readonly pod?: string;
  }[];
}

export interface Secret {
  readonly metadata: Metadata;
  readonly type: string;
  /** Values as stored, in base64 (`stringData` of a manifest is encoded into it). */
  readonly data: Readonly<Record<string, string>>;
}

export interface ConfigMap {
  readonly metadata: Metadata;
  readonly data: Readonly<Record<string, string>>;
}

export interface Namespace {
  readonly metadata: Metadata;
}

export interface Pod {
  readonly metadata: Metadata;
  readonly podIPs: readonly string[];
  /** `Succeeded` and `Failed` pods no longer own their addresses. */
  readonly phase: string;
}

/** Every kind that is read, by its `kind`. Maps are keyed by `namespace/name` (namespace empty: `/name`). */
export interface ClusterState {
  readonly Ingress: ReadonlyMap<string, Ingress>;
  readonly IngressClass: ReadonlyMap<string, IngressClass>;
  readonly Service: ReadonlyMap<string, Service>;
  readonly EndpointSlice: ReadonlyMap<string, EndpointSlice>;
  readonly Secret: ReadonlyMap<string, Secret>;
  readonly ConfigMap: ReadonlyMap<string, ConfigMap>;
  readonly Namespace: ReadonlyMap<string, Namespace>;
  readonly Pod: ReadonlyMap<string, Pod>;
}

export type Kind = keyof ClusterState;

/** What a source hands to the agent: the state, and what it could not read (the last good of which it kept). */
export interface Observation {
  readonly state: ClusterState;
  readonly warnings: readonly Warning[];
}

/** A source of cluster state: manifest files today, the Kubernetes API beside it. */
export interface ClusterSource {
  /** Reads everything once. Rejects only when nothing at all can be read (a folder that does not exist). */
  start(onChange: () => void): Promise<void>;
  /** The present state. Cheap to call; the same objects are identical (`===`) while they are unchanged. */
  observe(): Observation;
  close(): Promise<void>;
}

export function objectKey(metadata: Pick<Metadata, "namespace" | "name">): string {
  return `${metadata.namespace}/${metadata.name}`;
}
