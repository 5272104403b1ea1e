/** Objects for the suite's namespace. */
import type { Manifest } from "./client.ts";

export interface IngressSpec {
  readonly className: string;
  /** Each host's Service, for all paths. */
  readonly hosts?: Readonly<Record<string, string>>;
  readonly defaultBackend?: string;
  /** A Secret for all the hosts. */
  readonly secretName?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

const backend = (name: string) => ({ service: { name, port: { name: "http" } } });

export function ingress(name: string, spec: IngressSpec): Manifest {
  const { className, hosts = {}, defaultBackend, secretName, annotations = {} } = spec;
  const rules = Object.entries(hosts).map(([host, service]) => ({
    host,
    http: { paths: [{ path: "/", pathType: "Prefix", backend: backend(service) }] },
  }));
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name, annotations },
    spec: {
      ingressClassName: className,
      ...(rules.length > 0 && { rules }),
      ...(defaultBackend !== undefined && { defaultBackend: backend(defaultBackend) }),
      ...(secretName !== undefined && { tls: [{ hosts: Object.keys(hosts), secretName }] }),
    },
  };
}

/** Without a selector: nobody but the test writes its EndpointSlices. */
export function service(name: string): Manifest {
  const spec = { ports: [{ name: "http", port: 80, protocol: "TCP" }] };
  return { apiVersion: "v1", kind: "Service", metadata: { name }, spec };
}

/** @param name of the slice; a Service may have several, each with a port of its own. */
export function endpoints(name: string, of: string, address: string, port: number): Manifest {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name, labels: { "kubernetes.io/service-name": of } },
    addressType: "IPv4",
    ports: [{ name: "http", port, protocol: "TCP" }],
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
  };
}

export function tlsSecret(name: string, { cert, key }: { cert: string; key: string }): Manifest {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name },
    type: "kubernetes.io/tls",
    data: { "tls.crt": base64(cert), "tls.key": base64(key) },
  };
}

export function secret(name: string, stringData: Readonly<Record<string, string>>): Manifest {
  const data = Object.fromEntries(
    Object.entries(stringData).map(([key, text]) => [key, Buffer.from(text).toString("base64")]),
  );
  return { apiVersion: "v1", kind: "Secret", metadata: { name }, type: "Opaque", data };
}

export function configMap(name: string, data: Readonly<Record<string, string>>): Manifest {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data };
}

export function ingressClass(name: string, controller: string): Manifest {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "IngressClass",
    metadata: { name },
    spec: { controller },
  };
}
