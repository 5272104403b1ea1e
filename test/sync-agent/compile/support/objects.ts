/** Kubernetes objects and cluster states for tests, with the API's defaults where a test does not care. */
import { toBase64, utf8 } from "../../../../contract/index.ts";
import {
  type ClusterState,
  type ConfigMap,
  type EndpointSlice,
  type Ingress,
  type IngressBackend,
  type IngressClass,
  type IngressPath,
  type Kind,
  type Metadata,
  objectKey,
  type Pod,
  type Secret,
  type Service,
  type ServicePort,
} from "../../../../sync-agent/cluster/state.ts";

/** `shop/web`; a name without a namespace stands for an object that has none. */
export function metadata(key: string, more: Partial<Metadata> = {}): Metadata {
  const [namespace, name] = key.includes("/") ? key.split("/", 2) : ["", key];
  return {
    namespace: namespace ?? "",
    name: name ?? "",
    annotations: {},
    labels: {},
    created: undefined,
    ...more,
  };
}

export function ingress(
  key: string,
  more: Partial<Omit<Ingress, "metadata">> & { metadata?: Partial<Metadata> } = {},
): Ingress {
  return {
    ingressClassName: "lintel",
    defaultBackend: undefined,
    rules: [],
    tls: [],
    ...more,
    metadata: metadata(key, more.metadata),
  };
}

/** `cart:80`, or by the port's name `cart:http`. */
export function backend(text: string): IngressBackend {
  const [name = "", port = ""] = text.split(":");
  return { service: { name, port: /^\d+$/.test(port) ? { number: Number(port) } : { name: port } } };
}

/** `Prefix /cart cart:80`. */
export function path(text: string): IngressPath {
  const [pathType, path = "", to = ""] = text.split(" ");
  return { path, pathType: pathType as IngressPath["pathType"], backend: backend(to) };
}

export function ingressClass(name: string, controller: string, isDefault = false): IngressClass {
  return { metadata: metadata(name), controller, isDefault };
}

/** `80`, `80 http`, `53 dns UDP`. */
export function port(text: string): ServicePort {
  const [number, name = "", protocol = "TCP"] = text.split(" ");
  return { name, protocol: protocol as ServicePort["protocol"], port: Number(number) };
}

export function service(key: string, more: Partial<Omit<Service, "metadata">> = {}): Service {
  return {
    metadata: metadata(key),
    type: "ClusterIP",
    clusterIPs: ["10.96.0.10"],
    externalName: undefined,
    ports: [port("80 http")],
    publishNotReadyAddresses: false,
    ...more,
  };
}

type SliceEndpoint = EndpointSlice["endpoints"][number];

/** `10.0.0.1`, `10.0.0.1 unready`, `10.0.0.1 ready web-0`. */
export function endpoint(text: string): SliceEndpoint {
  const [address = "", ready = "ready", hostname] = text.split(" ");
  return { addresses: [address], hostname, ready: ready === "ready" };
}

/** A slice of a Service in its namespace. */
export function slice(
  key: string,
  serviceName: string,
  more: Partial<Omit<EndpointSlice, "metadata">> = {},
): EndpointSlice {
  return {
    metadata: metadata(key),
    serviceName,
    addressType: "IPv4",
    ports: [port("8080 http")],
    endpoints: [],
    ...more,
  };
}

export function secret(
  key: string,
  entries: Readonly<Record<string, string>>,
  type = "kubernetes.io/tls",
): Secret {
  const data = Object.entries(entries).map(([name, text]) => [name, toBase64(utf8(text))] as const);
  return { metadata: metadata(key), type, data: Object.fromEntries(data) };
}

export function configMap(key: string, data: Readonly<Record<string, string>>): ConfigMap {
  return { metadata: metadata(key), data };
}

export function pod(key: string, podIPs: readonly string[], phase = "Running"): Pod {
  return { metadata: metadata(key), podIPs, phase };
}

export type Objects = {
  readonly [K in Kind]?: Iterable<ClusterState[K] extends ReadonlyMap<string, infer T> ? T : never>;
};

export function clusterState(objects: Objects): ClusterState {
  return {
    Ingress: byKey(objects.Ingress),
    IngressClass: byKey(objects.IngressClass),
    Service: byKey(objects.Service),
    EndpointSlice: byKey(objects.EndpointSlice),
    Secret: byKey(objects.Secret),
    ConfigMap: byKey(objects.ConfigMap),
    Namespace: byKey(objects.Namespace),
    Pod: byKey(objects.Pod),
  };
}

function byKey<T extends { readonly metadata: Metadata }>(objects: Iterable<T> = []): Map<string, T> {
  return new Map([...objects].map((object) => [objectKey(object.metadata), object]));
}
