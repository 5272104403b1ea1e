/** Routes of many hosts, and questions of which it is known what they must find. */
import type { HostRecord, Route } from "../../contract/index.ts";

export interface MadeRoute {
  /** A hostname, or `*.` and one. */
  readonly host: string;
  readonly type: Route["match"]["path"]["type"];
  readonly path: string;
  /** What is found. */
  readonly id: string;
}

export interface Question {
  readonly host: string;
  readonly path: string;
  readonly route: string;
}

export interface MadeRoutes {
  readonly all: readonly MadeRoute[];
  /** A question to any of them, each as likely as another. */
  question(draw: () => number): Question;
}

type MadePath = readonly [type: MadeRoute["type"], path: string, asked: string];

/** Ten routes on three hosts, each with a path that it alone matches. A host has regular expressions alone, or none. */
const GROUP: readonly { readonly host: (group: number) => string; readonly paths: readonly MadePath[] }[] = [
  {
    host: (group) => `app-${group}.team-${group % 97}.example.com`,
    paths: [
      ["Exact", "/healthz", "/healthz"],
      ["PathPrefix", "/api/v1/orders", "/api/v1/orders/4711/lines"],
      ["PathPrefix", "/api/v1", "/api/v1/carts/3"],
      ["PathPrefix", "/static", "/static/images/logo.png"],
      ["PathPrefix", "/", "/about/us"],
    ],
  },
  {
    host: (group) => `*.shops-${group}.example.com`,
    paths: [
      ["Exact", "/login", "/login"],
      ["PathPrefix", "/cart", "/cart/items"],
      ["PathPrefix", "/", "/"],
    ],
  },
  {
    host: (group) => `old-${group}.example.com`,
    paths: [
      ["RegularExpression", "/orders/[0-9]+", "/orders/4711"],
      ["RegularExpression", "/users/[0-9]+", "/users/17"],
    ],
  },
];

const ROUTES = GROUP.flatMap(({ host, paths }) => paths.map((path) => ({ host, path })));

const idOf = (group: number, index: number): string => `${group}/${index}`;

export function madeRoutes(size: number): MadeRoutes {
  const groups = size / ROUTES.length;
  const all = Array.from({ length: groups }, (_, group) =>
    ROUTES.map(({ host, path: [type, path] }, index) => ({
      host: host(group),
      type,
      path,
      id: idOf(group, index),
    })),
  ).flat();
  return {
    all,
    question(draw) {
      const group = Math.floor(draw() * groups);
      const index = Math.floor(draw() * ROUTES.length);
      const { host, path } = ROUTES[index] ?? ROUTES[0] ?? fail();
      return { host: host(group).replace("*", "berlin"), path: path[2], route: idOf(group, index) };
    },
  };
}

function fail(): never {
  throw new Error("there are no routes");
}

/** As an agent compiles them. */
export function hostRecords(routes: readonly MadeRoute[]): Map<string, HostRecord> {
  const records = new Map<string, HostRecord>();
  for (const { host, type, path, id } of routes) {
    const record = records.get(host) ?? { routes: [] };
    records.set(host, record);
    record.routes.push({ ingress: id, match: { path: { type, value: path } }, backends: [] });
  }
  return records;
}
