/** Kubernetes objects, as short as tests want them. */

export interface PathSpec {
  readonly path: string;
  readonly pathType?: "Exact" | "Prefix" | "ImplementationSpecific";
  readonly service: string;
  readonly port?: number | string;
}

export interface IngressSpec {
  readonly className?: string | null;
  readonly rules?: readonly { host?: string; paths: readonly PathSpec[] }[];
  readonly defaultBackend?: string;
  readonly tls?: readonly { hosts: readonly string[]; secretName: string }[];
}

const backend = (service: string, port: number | string = 80) => ({
  service: { name: service, port: typeof port === "number" ? { number: port } : { name: port } },
});

export function ingress(
  name: string,
  { className = "lintel", rules, defaultBackend, tls }: IngressSpec,
): object {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name, namespace: "test" },
    spec: {
      ...(className !== null && { ingressClassName: className }),
      ...(defaultBackend !== undefined && { defaultBackend: backend(defaultBackend) }),
      ...(tls && { tls }),
      ...(rules && {
        rules: rules.map(({ host, paths }) => ({
          host,
          http: {
            paths: paths.map(({ path, pathType = "Prefix", service, port }) => ({
              path,
              pathType,
              backend: backend(service, port),
            })),
          },
        })),
      }),
    },
  };
}

/** A Service with port 80 (`http`), and a slice for each of the ports on loopback where its pods listen. */
export function service(name: string, podPorts: readonly number[], clusterIP = "10.96.1.1"): object[] {
  const slices = podPorts.map((port, i) => ({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: `${name}-${i}`, namespace: "test", labels: { "kubernetes.io/service-name": name } },
    addressType: "IPv4",
    ports: [{ name: "http", port, protocol: "TCP" }],
    endpoints: [{ addresses: ["127.0.0.1"], conditions: { ready: true } }],
  }));
  const spec = {
    clusterIP,
    clusterIPs: [clusterIP],
    ports: [{ name: "http", port: 80, targetPort: "http" }],
  };
  return [{ apiVersion: "v1", kind: "Service", metadata: { name, namespace: "test" }, spec }, ...slices];
}

export function secret(name: string, stringData: Readonly<Record<string, string>>): object {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: "test" },
    type: "Opaque",
    stringData,
  };
}

export function configMap(name: string, data: Readonly<Record<string, string>>): object {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "test" }, data };
}

export function tlsSecret(name: string, { cert, key }: { cert: string; key: string }): object {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: "test" },
    type: "kubernetes.io/tls",
    data: { "tls.crt": base64(cert), "tls.key": base64(key) },
  };
}
