/** A made-up cluster of any size: what an agent would have compiled of so many Ingresses. */
import type { HostRecord, Route, ServiceRecord } from "../../contract/index.ts";

export const ROUTES_OF_HOST = 10;

/** Paths of an application as people lay them out: one exact, the rest prefixes, one of which is all there is else. */
const PATHS: readonly Route["match"]["path"][] = [
  { type: "Exact", value: "/healthz" },
  { type: "PathPrefix", value: "/api/v1/orders" },
  { type: "PathPrefix", value: "/api/v1/users" },
  { type: "PathPrefix", value: "/api/v1" },
  { type: "PathPrefix", value: "/api" },
  { type: "PathPrefix", value: "/static/images" },
  { type: "PathPrefix", value: "/static" },
  { type: "PathPrefix", value: "/admin" },
  { type: "PathPrefix", value: "/login" },
  { type: "PathPrefix", value: "/" },
];

/** Some of the URLs of a host, each of another route. */
export const REQUEST_PATHS = ["/healthz", "/api/v1/orders/4711?full=1", "/static/images/logo.png", "/"];

export const hostName = (index: number): string => `app-${index}.team-${index % 97}.example.com`;

export interface MadeCluster {
  readonly hosts: Record<string, HostRecord>;
  readonly services: Record<string, ServiceRecord>;
}

/** So many hosts, each with ten routes to a Service of its own that has three endpoints. */
export function madeCluster(hosts: number): MadeCluster {
  const indexes = Array.from({ length: hosts }, (_, index) => index);
  return {
    hosts: Object.fromEntries(indexes.map((index) => [hostName(index), hostRecord(index)])),
    services: Object.fromEntries(indexes.map((index) => [serviceName(index), serviceRecord(index)])),
  };
}

const serviceName = (index: number): string => `team-${index % 97}/app-${index}`;

function hostRecord(index: number): HostRecord {
  const backends = [{ service: serviceName(index), port: 80, weight: 1 }];
  return { routes: PATHS.map((path) => ({ ingress: serviceName(index), match: { path }, backends })) };
}

function serviceRecord(index: number): ServiceRecord {
  const address = (host: number) => `10.${index >> 8}.${index & 255}.${host}`;
  return {
    kind: "clusterIP",
    clusterIPs: [`10.96.${index >> 8}.${index & 255}`],
    ports: [{ name: "http", protocol: "TCP", port: 80 }],
    subsets: [
      {
        ports: [{ name: "http", protocol: "TCP", port: 8080 }],
        endpoints: [1, 2, 3].map((host) => ({ address: address(host), ready: true })),
      },
    ],
  };
}
