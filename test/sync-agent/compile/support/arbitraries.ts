/** Cluster states of every shape that the types allow: few names, so that objects meet, and odd texts among them. */
import fc from "fast-check";
import type {
  ClusterState,
  EndpointSlice,
  Ingress,
  IngressBackend,
  IngressClass,
  IngressPath,
  Metadata,
  Namespace,
  Pod,
  Secret,
  Service,
  ServicePort,
} from "../../../../sync-agent/cluster/state.ts";
import { CONTROLLER } from "../../../../sync-agent/compile/class-selection.ts";
import { clusterState } from "./objects.ts";

const odd = fc.string({ unit: "binary", maxLength: 6 });
const orOdd = (usual: fc.Arbitrary<string>) => fc.oneof({ weight: 12, arbitrary: usual }, odd);
const orUndefined = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const few = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(arbitrary, { maxLength: 3 });

const name = orOdd(fc.constantFrom("a", "b"));
const namespace = orOdd(fc.constantFrom("shop", "shop", "blog"));
const host = orOdd(fc.constantFrom("x.example", "*.x.example", "Y.example", "edge.example", "*", "10.0.0.1"));
const address = orOdd(
  fc.constantFrom("10.0.0.1", "10.0.0.2", "10.0.1.1", "FD00::1", "fd00::2", "::ffff:10.0.0.1"),
);
const portNumber = fc.oneof({ weight: 12, arbitrary: fc.constantFrom(80, 8080) }, fc.integer(), fc.double());
const portName = orOdd(fc.constantFrom("", "http"));

const metadata: fc.Arbitrary<Metadata> = fc.record({
  namespace,
  name,
  annotations: fc.constantFrom({}, { "kubernetes.io/ingress.class": "lintel" }),
  labels: fc.constant({}),
  created: orUndefined(fc.oneof(fc.constantFrom(1, 2), fc.double())),
});

const backend: fc.Arbitrary<IngressBackend> = fc.record({
  service: orUndefined(
    fc.record({
      name,
      port: fc.oneof(fc.record({ number: portNumber }), fc.record({ name: portName })),
    }),
  ),
});

const path: fc.Arbitrary<IngressPath> = fc.record({
  path: orOdd(fc.constantFrom("/", "/a", "/a/", "/a/b", "/ab", "")),
  pathType: fc.constantFrom("Exact", "Prefix", "ImplementationSpecific"),
  backend,
});

const ingress: fc.Arbitrary<Ingress> = fc.record({
  metadata,
  ingressClassName: fc.constantFrom("lintel", "lintel", "nginx", undefined),
  defaultBackend: orUndefined(backend),
  rules: few(fc.record({ host: orUndefined(host), paths: few(path) })),
  tls: few(fc.record({ hosts: few(host), secretName: orUndefined(name) })),
});

const ingressClass: fc.Arbitrary<IngressClass> = fc.record({
  metadata: fc.record({
    namespace: fc.constant(""),
    name: orOdd(fc.constantFrom("lintel", "nginx", "other")),
    annotations: fc.constant({}),
    labels: fc.constant({}),
    created: fc.constant(undefined),
  }),
  controller: fc.constantFrom(CONTROLLER, "other"),
  isDefault: fc.boolean(),
});

const port: fc.Arbitrary<ServicePort> = fc.record({
  name: portName,
  protocol: fc.constantFrom("TCP", "TCP", "TCP", "UDP", "SCTP"),
  port: portNumber,
});

const service: fc.Arbitrary<Service> = fc.record({
  metadata,
  type: fc.constantFrom("ClusterIP", "ClusterIP", "NodePort", "LoadBalancer", "ExternalName"),
  clusterIPs: fc.oneof(fc.constant(["None"]), few(address)),
  externalName: orUndefined(host),
  ports: few(port),
  publishNotReadyAddresses: fc.boolean(),
});

/** Mostly of one Service: what slices do to each other is what matters. */
const endpointSlice: fc.Arbitrary<EndpointSlice> = fc.record({
  metadata: fc
    .tuple(metadata, fc.nat(9))
    .map(([metadata, index]) => ({ ...metadata, namespace: "shop", name: `slice-${index}` })),
  serviceName: fc.constantFrom("a", "a", "a", "b", undefined),
  addressType: fc.constantFrom("IPv4", "IPv4", "IPv6", "FQDN"),
  ports: few(port),
  endpoints: few(
    fc.record({
      addresses: few(address),
      hostname: orUndefined(orOdd(fc.constantFrom("web-0", "web-1"))),
      ready: fc.boolean(),
    }),
  ),
});

/** @param tls entries of good Secrets, which cannot be made up. */
const secret = (tls: readonly Secret["data"][]): fc.Arbitrary<Secret> =>
  fc.record({
    metadata,
    type: fc.constantFrom("kubernetes.io/tls", "Opaque"),
    data: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...tls) },
      fc.dictionary(fc.constantFrom("tls.crt", "tls.key"), odd),
    ),
  });

const pod: fc.Arbitrary<Pod> = fc.record({
  metadata,
  podIPs: few(address),
  phase: fc.constantFrom("Running", "Pending", "Succeeded", "Failed"),
});

const namespaceObject: fc.Arbitrary<Namespace> = fc.record({ metadata });

export function clusterStates(tls: readonly Secret["data"][]): fc.Arbitrary<ClusterState> {
  const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(arbitrary, { maxLength: 5 });
  return fc
    .record({
      Ingress: some(ingress),
      IngressClass: some(ingressClass),
      Service: some(service),
      EndpointSlice: some(endpointSlice),
      Secret: some(secret(tls)),
      ConfigMap: some(fc.record({ metadata, data: fc.dictionary(odd, odd) })),
      Namespace: some(namespaceObject),
      Pod: some(pod),
    })
    .map(clusterState);
}

/** The same objects in another order; `seeds` decides which. */
export function reordered(state: ClusterState, seeds: readonly number[]): ClusterState {
  const shuffle = <T>(objects: ReadonlyMap<string, T>) =>
    new Map(
      [...objects]
        .map((entry, index) => ({ entry, rank: seeds[index % seeds.length] ?? 0 }))
        .toSorted((a, b) => a.rank - b.rank)
        .map(({ entry }) => entry)
        .toReversed(),
    );
  return {
    Ingress: shuffle(state.Ingress),
    IngressClass: shuffle(state.IngressClass),
    Service: shuffle(state.Service),
    EndpointSlice: shuffle(state.EndpointSlice),
    Secret: shuffle(state.Secret),
    ConfigMap: shuffle(state.ConfigMap),
    Namespace: shuffle(state.Namespace),
    Pod: shuffle(state.Pod),
  };
}
