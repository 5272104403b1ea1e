/** Histories of a cluster: few names, so that what comes, changes and goes bears on what stands beside it. */
import fc from "fast-check";
import { toBase64, utf8 } from "../../../../contract/index.ts";
import type { ClusterState, Kind, Secret } from "../../../../sync-agent/cluster/state.ts";
import { CONTROLLER } from "../../../../sync-agent/compile/class-selection.ts";
import { NGINX_PREFIX } from "../../../../sync-agent/compile/annotations/annotation.ts";
import {
  backend,
  configMap,
  endpoint,
  ingress,
  ingressClass,
  metadata,
  path,
  pod,
  port,
  secret,
  service,
  slice,
} from "./objects.ts";

type ObjectOf<K extends Kind> = ClusterState[K] extends ReadonlyMap<string, infer V> ? V : never;

/** Without an object the one of that key goes. */
export interface Edit {
  readonly kind: Kind;
  readonly key: string;
  /** Of that kind. */
  readonly object: ObjectOf<Kind> | undefined;
}

export interface Round {
  readonly edits: readonly Edit[];
  /** Days since the first round; the clock may be set back. */
  readonly day: number;
}

const of = fc.constantFrom;
const some = <T>(one: fc.Arbitrary<T>, maxLength = 2) => fc.array(one, { maxLength });

const HOSTS = ["x.example", "y.example", "www.x.example", "*.example", "edge.example", "alias.example"];
const host = of(...HOSTS, undefined);

/** Each bears on other objects, on other hosts, or on what was served before. */
const ANNOTATIONS: readonly Readonly<Record<string, string>>[] = [
  { "server-alias": "alias.example" },
  { "server-alias": "y.example, x.example" },
  { "from-to-www-redirect": "true" },
  { "use-regex": "true" },
  { "rewrite-target": "/$1" },
  { canary: "true", "canary-weight": "30" },
  { canary: "true", "canary-weight": "much" },
  { "limit-rps": "many" },
  { "whitelist-source-range": "10.0.0.0/8" },
  { "whitelist-source-range": "nobody" },
  { "auth-type": "basic", "auth-secret": "users" },
  { "auth-type": "basic", "auth-secret": "tls-0" },
  { "custom-headers": "shop/headers" },
  { "auth-url": "http://b.blog:80/check" },
  { "auth-url": "http://a.shop/check", "auth-proxy-set-headers": "shop/headers" },
  { "default-backend": "b", "custom-http-errors": "404" },
  { "app-root": "/home" },
  { "ssl-redirect": "false" },
  { "force-ssl-redirect": "true" },
  { "such-as-there-is-none": "1" },
];

const aged = fc.record({ created: of(undefined, 1, 2) });

const anyIngress = fc
  .record({
    key: of("shop/a", "shop/b", "blog/a", "blog/w_rong"),
    aged,
    ingressClassName: of("lintel", "lintel", "nginx", "nginx", "nginx", "nginx", "other", undefined),
    annotations: some(of(...ANNOTATIONS), 3),
    defaultBackend: of(undefined, undefined, backend("a:80")),
    rules: some(
      fc.record({
        host,
        paths: some(
          of("Prefix / a:80", "Exact /p b:http", "Prefix /p( a:80", "Prefix /q alias:80").map(path),
        ),
      }),
    ),
    tls: some(fc.record({ hosts: some(of(...HOSTS)), secretName: of(undefined, "tls-0", "tls-1") })),
    loadBalancer: of(undefined, [{ ip: "203.0.113.9" }]),
  })
  .map(({ key, aged, annotations, loadBalancer, ...rest }) => {
    const written = Object.entries(Object.assign({}, ...annotations) as Record<string, string>);
    const prefixed = Object.fromEntries(written.map(([name, value]) => [NGINX_PREFIX + name, value]));
    const all = { ...rest, ...(loadBalancer && { loadBalancer }) };
    return edit("Ingress", key, ingress(key, { ...all, metadata: { ...aged, annotations: prefixed } }));
  });

const anyClass = fc
  .record({
    name: of("lintel", "nginx", "other"),
    controller: of(CONTROLLER, "other"),
    isDefault: fc.boolean(),
  })
  .map(({ name, controller, isDefault }) =>
    edit("IngressClass", `/${name}`, ingressClass(name, controller, isDefault)),
  );

const anyService = fc
  .record({
    key: of("shop/a", "shop/b", "shop/alias", "blog/a", "blog/b"),
    labels: of({}, { hidden: "yes" }),
    name: of(undefined, "db.example", "x.example", "db.elsewhere"),
    kind: of(
      { clusterIPs: ["10.96.0.1"] },
      { clusterIPs: ["10.0.0.1"], ports: [port("8080 http")] },
      { clusterIPs: ["None"], publishNotReadyAddresses: true },
      { type: "ExternalName", clusterIPs: [], externalName: "a.blog.svc.cluster.local" } as const,
      { type: "ExternalName", clusterIPs: [], externalName: "b" } as const,
      { type: "LoadBalancer", clusterIPs: ["bad"], externalIPs: ["10.0.1.1"] } as const,
    ),
  })
  .map(({ key, labels, name, kind }) => {
    const annotations: Record<string, string> = name === undefined ? {} : { "lintel.dev/hostname": name };
    return edit("Service", key, { ...service(key, kind), metadata: metadata(key, { labels, annotations }) });
  });

const anySlice = fc
  .record({
    key: of("shop/1", "shop/2", "shop/3", "blog/1"),
    name: of("a", "a", "b"),
    endpoints: some(
      of("10.0.0.1", "10.0.0.2", "10.0.0.2 unready", "10.0.1.1 ready web-0", "10.0.2.1", "none").map(
        endpoint,
      ),
      4,
    ),
    pod: of(undefined, "p"),
  })
  .map(({ key, name, endpoints, pod }) => {
    const named = endpoints.map((it) => ({ ...it, ...(pod && { pod }) }));
    return edit("EndpointSlice", key, slice(key, name, { endpoints: named }));
  });

const COREFILES = [
  "kubernetes cluster.local in-addr.arpa\n",
  'kubernetes cluster.local {\n labels "hidden=yes"\n endpoint_pod_names\n }\n',
  'kubernetes cluster.local {\n pods verified\n namespace_labels "kubernetes.io/metadata.name=shop"\n }\n',
  "kubernetes cluster.local {\n nonsense\n }\n",
  "kubernetes cluster.local\n file db.corp corp.example\n",
];
const ZONE =
  "$ORIGIN corp.example.\n@ 60 IN SOA ns.corp.example. root.corp.example. 1 2 3 4 5\nwww 60 IN A 192.0.2.1\n";

const anyConfigMap = fc.oneof(
  fc
    .record({ text: of(...COREFILES), zone: of(undefined, ZONE, "broken (") })
    .map(({ text, zone }) => ({
      Corefile: `.:53 {\n${text}}\n`,
      ...(zone !== undefined && { "db.corp": zone }),
    }))
    .map((data) => edit("ConfigMap", "kube-system/coredns", configMap("kube-system/coredns", data))),
  of({ "x-team": "shop" }, { "x-team": "blog", "bad header": "1" }).map((data) =>
    edit("ConfigMap", "shop/headers", configMap("shop/headers", data)),
  ),
  of<Record<string, string>>(
    { "ssl-redirect": "false" },
    { "global-auth-url": "http://a.shop.svc.cluster.local/check" },
    { "proxy-body-size": "much" },
  ).map((data) => edit("ConfigMap", "shop/controller", configMap("shop/controller", data))),
);

const HASH = "user:{SHA}AAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const ACCESS = `views: { all: {} }\ntokens: { ann: { sha256: ${"a".repeat(64)}, view: all } }\n`;

const anySecret = (tls: readonly Secret["data"][]) =>
  fc.oneof(
    fc
      .record({ key: of("shop/tls-0", "shop/tls-1", "blog/tls-0"), data: of(...tls, { "tls.crt": "bad" }) })
      .map(({ key, data }) => edit("Secret", key, { ...secret(key, {}), data })),
    of(HASH, "nobody:clear").map((auth) =>
      edit("Secret", "shop/users", { ...secret("shop/users", {}), data: { auth: toBase64(utf8(auth)) } }),
    ),
    of(ACCESS, "views: [").map((text) =>
      edit("Secret", "shop/access", secret("shop/access", { "access.yaml": text })),
    ),
  );

const others = fc.oneof(
  of("shop", "blog", "new").map((name) => edit("Namespace", `/${name}`, { metadata: metadata(name) })),
  fc
    .record({ key: of("shop/p", "shop/p_", "new/p"), ip: of("10.0.0.1", "10.0.9.1", "none") })
    .map(({ key, ip }) => edit("Pod", key, pod(key, [ip]))),
);

function edit<K extends Kind>(kind: K, key: string, object: ObjectOf<K>): Edit {
  return { kind, key, object: object as ObjectOf<Kind> };
}

/** @param tls data of Secrets that hold certificates, which cannot be made up. */
export function histories(tls: readonly Secret["data"][]): fc.Arbitrary<Round[]> {
  const change = fc.oneof(
    { weight: 5, arbitrary: anyIngress },
    { weight: 1, arbitrary: anyClass },
    { weight: 3, arbitrary: anyService },
    { weight: 3, arbitrary: anySlice },
    { weight: 4, arbitrary: anySecret(tls) },
    { weight: 4, arbitrary: anyConfigMap },
    { weight: 1, arbitrary: others },
  );
  const orGone = fc
    .tuple(change, fc.nat(3))
    .map(([edit, n]): Edit => (n === 0 ? { ...edit, object: undefined } : edit));
  const beginning = fc.array(change, { minLength: 25, maxLength: 40 }).map((edits) => ({ edits, day: 0 }));
  // Most changes stand alone, so that nothing else makes up for what would be missed.
  const round = fc.record({
    edits: fc.oneof(
      { weight: 1, arbitrary: fc.array(orGone, { maxLength: 12 }) },
      { weight: 9, arbitrary: fc.array(orGone, { minLength: 1, maxLength: 1 }) },
    ),
    day: of(0, 0, 0, 0, 0, 80, 95),
  });
  return fc
    .tuple(beginning, fc.array(round, { minLength: 5, maxLength: 20 }))
    .map(([first, rest]) => [first, ...rest]);
}

/** The state after some edits. Maps and objects that they do not concern stay the same, as those of sources do. */
export function edited(state: ClusterState, edits: readonly Edit[]): ClusterState {
  const next: Record<Kind, ReadonlyMap<string, unknown>> = { ...state };
  for (const { kind, key, object } of edits) {
    const map = new Map(next[kind]);
    if (object === undefined) map.delete(key);
    else map.set(key, object);
    next[kind] = map;
  }
  // Every edit's object is of its kind.
  return next as ClusterState;
}
