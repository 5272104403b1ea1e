/**
 * A made-up cluster of any size, the same at every run: each Ingress has a host of its own and leads to a Service of its
 * own, whose one EndpointSlice has ten endpoints. Objects are as bulky as kubectl and the endpoints controller leave them.
 */

export type Manifest = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
};

export const ENDPOINTS_PER_SERVICE = 10;
const NAMESPACES = 50;

/** The addresses on loopback that backends answer on. */
export type Backend = "127.0.0.2" | "127.0.0.3";

const five = (index: number): string => String(index).padStart(5, "0");

export const namespaceOf = (index: number): string => `team-${String(index % NAMESPACES).padStart(2, "0")}`;
export const hostOf = (index: number): string => `app-${five(index)}.bench.test`;

/** @param service the index of the Service that it leads to: its own, or another of its namespace. */
export function ingressOf(index: number, service = index): Manifest {
  const spec = {
    ingressClassName: "lintel",
    rules: [
      {
        host: hostOf(index),
        http: {
          paths: [
            {
              path: "/",
              pathType: "Prefix",
              backend: { service: { name: `app-${five(service)}`, port: { number: 80 } } },
            },
          ],
        },
      },
    ],
  };
  return applied("networking.k8s.io/v1", "Ingress", index, { spec });
}

export function serviceOf(index: number): Manifest {
  const clusterIP = `10.${100 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
  const spec = {
    clusterIP,
    selector: { app: `app-${five(index)}` },
    ports: [{ name: "http", port: 80, targetPort: 8080 }],
  };
  return applied("v1", "Service", index, { spec });
}

/**
 * @param version changes the last endpoint's address.
 * @param backend where given, it is the only endpoint that is ready, so that every answer comes from there.
 */
export function sliceOf(index: number, port: number, version = 0, backend?: Backend): Manifest {
  const name = `app-${five(index)}`;
  const endpoints = Array.from({ length: ENDPOINTS_PER_SERVICE }, (_, place) => {
    const isLast = place === ENDPOINTS_PER_SERVICE - 1;
    const address = isLast ? (backend ?? podAddress(index, place, version)) : podAddress(index, place, 0);
    const ready = backend === undefined || isLast;
    return {
      addresses: [address],
      conditions: { ready, serving: ready, terminating: false },
      nodeName: `node-${(index * 7 + place) % 400}`,
      zone: `zone-${place % 3}`,
      targetRef: {
        kind: "Pod",
        name: `${name}-5d9c7b8f64-${place}`,
        namespace: namespaceOf(index),
        uid: `5b0f3c1e-7d1c-4f6b-9a51-${String(index * ENDPOINTS_PER_SERVICE + place).padStart(12, "0")}`,
      },
    };
  });
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: `${name}-x7k2p`,
      namespace: namespaceOf(index),
      labels: {
        "kubernetes.io/service-name": name,
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
      },
      annotations: { "endpoints.kubernetes.io/last-change-trigger-time": "2026-11-29T00:00:00Z" },
    },
    addressType: "IPv4",
    ports: [{ name: "http", port, protocol: "TCP" }],
    endpoints,
  };
}

/** 10.0.0.0/10 holds them all; each new version of an endpoint is an address that no other has. */
function podAddress(index: number, place: number, version: number): string {
  const number =
    version === 0 ? index * ENDPOINTS_PER_SERVICE + place : 2 ** 21 + ((index * 37 + version) % 2 ** 20);
  return `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
}

/** As `kubectl apply` leaves an object: with a copy of itself. */
function applied(apiVersion: string, kind: string, index: number, rest: object): Manifest {
  const metadata = {
    name: `app-${five(index)}`,
    namespace: namespaceOf(index),
    labels: { app: `app-${five(index)}`, "app.kubernetes.io/managed-by": "kubectl" },
  };
  const object = { apiVersion, kind, metadata, ...rest };
  const copy = { "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify(object) };
  return { ...object, metadata: { ...metadata, annotations: copy } };
}
