/** Objects as they are applied to an API server. */

export const ingress = (
  name: string,
  { namespace = "shop", host = `${name}.example`, secret = "" } = {},
) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: { namespace, name },
  spec: {
    ingressClassName: "lintel",
    rules: [
      {
        host,
        http: {
          paths: [{ path: "/", pathType: "Prefix", backend: { service: { name, port: { number: 80 } } } }],
        },
      },
    ],
    ...(secret !== "" && { tls: [{ hosts: [host], secretName: secret }] }),
  },
});

export const service = (name: string, { namespace = "shop", port = 80 } = {}) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { namespace, name },
  spec: { clusterIP: "10.96.0.7", clusterIPs: ["10.96.0.7"], ports: [{ port, protocol: "TCP" }] },
});

export const slice = (name: string, { namespace = "shop", address = "10.244.0.7" } = {}) => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: { namespace, name, labels: { "kubernetes.io/service-name": name } },
  addressType: "IPv4",
  ports: [{ port: 8080, protocol: "TCP" }],
  endpoints: [{ addresses: [address], conditions: { ready: true } }],
});

export const secret = (
  name: string,
  { namespace = "shop", type = "kubernetes.io/tls", value = "YQ==" } = {},
) => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { namespace, name },
  type,
  data: { "tls.crt": value, "tls.key": value },
});

export const ingressClass = (name: string) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "IngressClass",
  metadata: { name },
  spec: { controller: "lintel.example/edge" },
});

export const pod = (name: string, { namespace = "shop", ip = "10.244.0.7" } = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { namespace, name },
  spec: { containers: [{ name: "web", image: "web" }] },
  status: { phase: "Running", podIP: ip, podIPs: [{ ip }] },
});
