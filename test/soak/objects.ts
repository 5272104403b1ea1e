/** The cluster's objects: one headless Service, and Ingresses of which every part says which version it is of. */
import type { Endpoint } from "./pods.ts";

export const NAMESPACE = "soak";
export const SERVICE = "web";
export const SERVICE_KEY = `${NAMESPACE}/${SERVICE}`;
export const SERVICE_NAME = `${SERVICE}.${NAMESPACE}.svc.cluster.local`;
export const CLASS = "lintel";

/** By Ingress. They change each for itself, and all of one Ingress's hosts at once. */
export const HOSTS: Readonly<Record<string, readonly string[]>> = {
  shop: ["shop.soak.test", "www.soak.test"],
  blog: ["blog.soak.test", "*.wild.soak.test"],
};

export function service(port: number): object {
  const spec = {
    clusterIP: "None",
    clusterIPs: ["None"],
    ports: [{ name: "http", port: 80, targetPort: port, protocol: "TCP" }],
  };
  return { apiVersion: "v1", kind: "Service", metadata: { name: SERVICE, namespace: NAMESPACE }, spec };
}

export function slice(port: number, endpoints: readonly Endpoint[]): object {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: `${SERVICE}-1`,
      namespace: NAMESPACE,
      labels: { "kubernetes.io/service-name": SERVICE },
    },
    addressType: "IPv4",
    ports: [{ name: "http", port, protocol: "TCP" }],
    endpoints: endpoints.map(({ address, terminating }) => ({
      addresses: [address],
      conditions: { ready: !terminating, serving: true, terminating },
    })),
  };
}

export function ingress(name: string, version: number): object {
  const mark = `soak-v${version}`;
  const annotations = {
    "rewrite-target": `/${mark}`,
    "upstream-vhost": `${mark}.test`,
    "x-forwarded-prefix": `/${mark}`,
    "enable-cors": "true",
    "cors-expose-headers": mark,
  };
  const backend = { service: { name: SERVICE, port: { name: "http" } } };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: {
      name,
      namespace: NAMESPACE,
      annotations: Object.fromEntries(
        Object.entries(annotations).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]),
      ),
    },
    spec: {
      ingressClassName: CLASS,
      rules: (HOSTS[name] ?? []).map((host) => ({
        host,
        http: { paths: [{ path: "/", pathType: "Prefix", backend }] },
      })),
    },
  };
}

/** Others that stay as they are, so that there is more than what changes. */
export function bystanders(count: number): object[] {
  return Array.from({ length: count }, (_, i) => {
    const object = ingress(`bystander-${i}`, 0) as { spec: { rules: object[] } };
    const backend = { service: { name: SERVICE, port: { name: "http" } } };
    const rule = {
      host: `bystander-${i}.test`,
      http: { paths: [{ path: "/", pathType: "Prefix", backend }] },
    };
    return { ...object, spec: { ...object.spec, rules: [rule] } };
  });
}
