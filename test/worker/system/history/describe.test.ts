import { expect, it } from "vitest";
import {
  type CertificateRecord,
  type Route,
  type ServiceRecord,
  type Settings,
  standardDns,
  type ZoneRecord,
} from "../../../../contract/index.ts";
import { changeLines } from "../../../../worker/system/history/change.ts";
import {
  type DescribedSection,
  describeChange,
  type Side,
} from "../../../../worker/system/history/describe.ts";
import { hostOf, serviceOf } from "../../support/records.ts";

type SomeSide = { [S in DescribedSection]?: Record<string, unknown> } & Partial<Omit<Side, "records">>;

const SETTINGS: Settings = { dns: standardDns({ domain: "cluster.local", ttl: 5, pods: "insecure" }) };

function side({ settings = SETTINGS, hold, ...sections }: SomeSide): Side {
  const map = (section: DescribedSection) => new Map(Object.entries(sections[section] ?? {}));
  const records = {
    hosts: map("hosts"),
    services: map("services"),
    certificates: map("certificates"),
    zones: map("zones"),
  } as Side["records"];
  return { records, settings, hold };
}

const words = (before: SomeSide, after: SomeSide) =>
  describeChange(side(before), side(after)).flatMap(changeLines);

const HOST = "shop.example.com";

function route(path: string, service: string, more: Partial<Route> = {}): Route {
  const host = hostOf(`PathPrefix ${path} shop/${service}`);
  return { ...(host.routes[0] as Route), ...more };
}
const host = (...routes: Route[]) => ({ hosts: { [HOST]: { routes } } });

it.each<[string, SomeSide, SomeSide, string[]]>([
  ["nothing", host(route("/", "web")), host(route("/", "web")), []],
  [
    "a host that is new",
    {},
    host(route("/", "web"), route("/cart", "cart", { backends: [] })),
    [`${HOST}: added, path / to web:80, path /cart to no Service (503), of Ingress shop/web`],
  ],
  ["one that is gone", host(route("/", "web")), {}, [`${HOST}: removed, of Ingress shop/web`]],
  [
    "rules without a host",
    { hosts: { "*": hostOf("Exact /a other/web") } },
    {},
    ["any other host: removed, of Ingress shop/web"],
  ],
  [
    "another backend",
    host(route("/", "web"), route("/cart", "cart")),
    host(route("/", "web"), route("/cart", "cart-v2")),
    [`${HOST}: path /cart now goes to cart-v2:80, was cart:80 (Ingress shop/web)`],
  ],
  [
    "weights",
    host(route("/", "web")),
    host(
      route("/", "web", {
        backends: [
          { service: "shop/web", port: 80, weight: 9 },
          { service: "beta/web", port: 80, weight: 1 },
        ],
      }),
    ),
    [`${HOST}: path / now goes to web:80 (9 of 10) and beta/web:80 (1 of 10), was web:80 (Ingress shop/web)`],
  ],
  [
    "paths that come and go",
    host(route("/a", "web")),
    host(route("/b", "web")),
    [
      `${HOST}: path /a removed (Ingress shop/web)`,
      `${HOST}: path /b added, goes to web:80 (Ingress shop/web)`,
    ],
  ],
  [
    "the Ingress that it comes from",
    host(route("/", "web")),
    host(route("/", "web", { ingress: "shop/other" })),
    [`${HOST}: path / now of Ingress shop/other, was shop/web`],
  ],
  [
    "filters, and of their values only what is short and no secret",
    host(
      route("/", "web", { filters: { rewrite: "/$1", hsts: "max-age=1", limits: { status: 503 } as never } }),
    ),
    host(
      route("/", "web", {
        filters: {
          rewrite: "/v2/$1",
          limits: { status: 429 } as never,
          access: { basic: { realm: "x", users: { ada: "{SHA}secret" } } } as never,
        },
      }),
    ),
    [
      `${HOST}: path / filter access added (Ingress shop/web)`,
      `${HOST}: path / filter hsts removed (Ingress shop/web)`,
      `${HOST}: path / filter limits changed (Ingress shop/web)`,
      `${HOST}: path / filter rewrite now /v2/$1, was /$1 (Ingress shop/web)`,
    ],
  ],
  [
    "a canary's share",
    host(route("/", "web", { filters: { canary: canary(10) } })),
    host(route("/", "web", { filters: { canary: canary(50) } })),
    [`${HOST}: path / canary weight now 50 of 100, was 10 of 100 (Ingress shop/web)`],
  ],
  [
    "a redirect",
    host(route("/", "web")),
    host(route("/", "web", { filters: { redirect: { location: "https://new.test/", status: 301 } } })),
    [`${HOST}: path / now goes to https://new.test/ (redirect 301), was web:80 (Ingress shop/web)`],
  ],
])("tells of hosts: %s", (_, before, after, expected) => {
  expect(words(before, after)).toEqual(expected);
});

function canary(weight: number) {
  return { ingress: "shop/canary", service: "shop/beta", port: 80, weight, total: 100 };
}

const service = (record: ServiceRecord) => ({ services: { "default/web": record } });

it.each<[string, ServiceRecord, ServiceRecord, string[]]>([
  [
    "endpoints that come and go",
    serviceOf("10.0.0.1", "10.0.0.2", "10.0.0.3"),
    serviceOf("10.0.0.2", "10.0.0.3", "10.0.0.9"),
    ["Service default/web: endpoints 10.0.0.1 removed, 10.0.0.9 added, 3 ready"],
  ],
  [
    "pods, by name where that is known",
    withPods(serviceOf("10.0.0.1", "10.0.0.2"), "web-a", "web-b"),
    withPods(serviceOf("10.0.0.1", "10.0.0.3"), "web-a", "web-c"),
    ["Service default/web: endpoints 10.0.0.2 (web-b) removed, 10.0.0.3 (web-c) added, 2 ready"],
  ],
  [
    "another pod at the same address",
    withPods(serviceOf("10.0.0.1"), "web-a"),
    withPods(serviceOf("10.0.0.1"), "web-b"),
    ["Service default/web: other pods at the same addresses: 10.0.0.1 (web-b)"],
  ],
  [
    "pods that share an address",
    withPods(serviceOf("10.0.0.1", "10.0.0.1"), "web-a", "web-b"),
    withPods(serviceOf("10.0.0.1"), "web-b"),
    ["Service default/web: endpoints 10.0.0.1 (web-a) removed, 1 ready"],
  ],
  [
    "endpoints that are ready or not",
    withState(serviceOf("10.0.0.1", "10.0.0.2"), { "10.0.0.1": false }),
    withState(serviceOf("10.0.0.1", "10.0.0.2"), { "10.0.0.2": false }),
    ["Service default/web: endpoints 10.0.0.1 ready now, 10.0.0.2 not ready any more, 1 of 2 ready"],
  ],
  [
    "many endpoints",
    serviceOf(),
    serviceOf(...Array.from({ length: 8 }, (_, i) => `10.0.0.${i}`)),
    [
      "Service default/web: endpoints 10.0.0.0, 10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4 and 3 more added, 8 ready",
      "Service default/web: pods' ports http 8080, was none",
    ],
  ],
  [
    "ports and addresses",
    serviceOf("10.0.0.1"),
    {
      ...serviceOf("10.0.0.1"),
      ports: [{ name: "", protocol: "UDP", port: 53 }],
      clusterIPs: ["10.96.0.11"],
    } as ServiceRecord,
    [
      "Service default/web: ports now 53/UDP, was http 80",
      "Service default/web: cluster addresses now 10.96.0.11, was 10.96.0.10",
    ],
  ],
  [
    "another kind",
    serviceOf(),
    {
      kind: "externalName",
      externalName: "example.com",
      ports: [{ name: "http", protocol: "TCP", port: 80 }],
    },
    [
      "Service default/web: is now an ExternalName, was a Service with a cluster address",
      "Service default/web: stands for example.com, was none",
      "Service default/web: cluster addresses none, was 10.96.0.10",
    ],
  ],
  [
    "what only DNS sees",
    serviceOf("10.0.0.1"),
    { ...serviceOf("10.0.0.1"), hiddenFrom: [1] },
    ["Service default/web: changed in what DNS or zones make of it"],
  ],
])("tells of Services: %s", (_, before, after, expected) => {
  expect(words(service(before), service(after))).toEqual(expected);
});

function withPods(service: ServiceRecord, ...pods: readonly string[]): ServiceRecord {
  if (service.kind === "externalName") return service;
  const subsets = service.subsets.map((subset) => ({
    ...subset,
    endpoints: subset.endpoints.map((endpoint, at) => Object.assign({}, endpoint, { pod: pods[at] ?? "" })),
  }));
  return { ...service, subsets };
}

function withState(record: ServiceRecord, ready: Record<string, boolean>): ServiceRecord {
  if (record.kind === "externalName") return record;
  const subsets = record.subsets.map((subset) => ({
    ...subset,
    endpoints: subset.endpoints.map((endpoint) => ({
      ...endpoint,
      ready: ready[endpoint.address] ?? endpoint.ready,
    })),
  }));
  return { ...record, subsets };
}

it("tells of certificates, and nothing of their keys", () => {
  const certificate: CertificateRecord = {
    chain: "A",
    key: "sealed-1",
    notAfter: 1_790_000_000,
    secret: "shop/tls",
  };
  const renewed = { ...certificate, chain: "B", key: "sealed-2", notAfter: 1_800_000_000 };
  const certificates = { [HOST]: certificate };
  expect(words({}, { certificates })).toEqual([
    `certificate of ${HOST}: added, from Secret shop/tls, valid until 2026-09-21`,
  ]);
  const lines = words({ certificates }, { certificates: { [HOST]: renewed } });
  expect(lines).toEqual([
    `certificate of ${HOST}: valid until now 2027-01-15, was 2026-09-21 (Secret shop/tls)`,
    `certificate of ${HOST}: another certificate (Secret shop/tls)`,
    `certificate of ${HOST}: another private key, or one that is sealed with another key (Secret shop/tls)`,
  ]);
  expect(lines.join()).not.toContain("sealed-");
});

it("tells of zones, tokens by their names", () => {
  const a = [{ type: 1, ttl: 5, data: ["CgAAAQ=="] }];
  const zone = (...names: string[]): ZoneRecord => ({
    kind: "file",
    source: "ConfigMap dns/zones",
    names: Object.fromEntries(names.map((name) => [name, a])),
  });
  const token = (view: string): ZoneRecord => ({ kind: "token", name: "laptop", view });
  expect(
    words(
      { zones: { "file/corp.test": zone("corp.test", "old.corp.test"), "token/0badc0de": token("dev") } },
      {
        zones: {
          "file/corp.test": zone("corp.test", "new.corp.test"),
          "token/0badc0de": token("ops"),
          "namespace/shop": { kind: "namespace" },
        },
      },
    ),
  ).toEqual([
    "DNS token laptop: view now ops, was dev",
    "DNS zone corp.test: old.corp.test removed",
    "DNS zone corp.test: new.corp.test added",
    "namespace shop: added",
  ]);
});

it("tells of the resolver's settings, and of a rollback", () => {
  const dns = standardDns({ domain: "cluster.local", ttl: 30, pods: "insecure" });
  const after = { dns: { ...dns, servers: [...dns.servers, { zones: ["corp.test"], plugins: [] }] } };
  expect(words({}, { settings: after, hold: { generation: 4, reason: "the shop answers 500" } })).toEqual([
    "rollback: added, to generation 4: the shop answers 500",
    "resolver for .: plugin kubernetes: ttl now 30, was 5",
    "resolver for corp.test: added, plugins none",
  ]);
  expect(words({ hold: { generation: 4 } }, {})).toEqual(["rollback: removed, released"]);
});
