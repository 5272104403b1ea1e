/** The routers that are compared, each made to find the same routes. */
import findMyWay from "find-my-way";
import { RegExpRouter } from "hono/router/reg-exp-router";
import { TrieRouter } from "hono/router/trie-router";
import { findRoute } from "../../worker/ingress/hosts.ts";
import type { SnapshotView } from "../../worker/snapshot/view.ts";
import { hostRecords, type MadeRoute, type Question } from "./routes.ts";

export type Find = (question: Question) => unknown;

export interface Contender {
  readonly name: string;
  /** Throws where routes are refused. */
  build(routes: readonly MadeRoute[]): Find;
}

const lintel: Contender = {
  name: "Lintel",
  build(routes) {
    const records = hostRecords(routes);
    // Only hosts are asked for here.
    const view = { get: (_: string, host: string) => records.get(host) } as unknown as SnapshotView;
    return ({ host, path }) => {
      const match = findRoute(view, host, path);
      return match instanceof Promise ? undefined : match?.route.ingress;
    };
  },
};

/**
 * find-my-way has constraints for hosts, but no more than 31 for one path, and Hono has none: to both a host is the first
 * part of the path, as Hono's documentation advises.
 */
const inPath = ({ host, path }: Pick<MadeRoute, "host" | "path">): string =>
  `/${host.startsWith("*.") ? host.slice(2) : host}${path}`;

/** Names the host or the wildcard that stands for it, with the one look that a set takes. */
function hostFinder(routes: readonly MadeRoute[]): (question: Question) => string {
  const wildcards = new Set(
    routes.filter(({ host }) => host.startsWith("*.")).map(({ host }) => host.slice(2)),
  );
  return ({ host, path }) => {
    const parent = host.slice(host.indexOf(".") + 1);
    return `/${wildcards.has(parent) ? parent : host}${path}`;
  };
}

const findMyWayRouter: Contender = {
  name: "find-my-way",
  build(routes) {
    const router = findMyWay();
    for (const route of routes) {
      for (const pattern of patternsOf(route, ":id(^[0-9]+$)")) {
        router.on("GET", pattern, () => undefined, route.id);
      }
    }
    const pathOf = hostFinder(routes);
    return (question): unknown => router.find("GET", pathOf(question))?.store;
  },
};

/** @param digits how the router writes a parameter of digits */
function patternsOf(route: MadeRoute, digits: string): string[] {
  const path = inPath(route);
  if (route.type === "Exact") return [path];
  if (route.type === "RegularExpression") return [path.replace("[0-9]+", digits)];
  return route.path === "/" ? [`${path}*`] : [path, `${path}/*`];
}

interface HonoRouter {
  add(method: string, path: string, handler: string): void;
  match(method: string, path: string): readonly unknown[];
}

function honoContender(name: string, create: () => HonoRouter): Contender {
  return {
    name,
    build(routes) {
      const router = create();
      // The first handler that matches is meant: the order in which the edge looks.
      for (const route of routes.toSorted((a, b) => rank(b) - rank(a))) {
        for (const pattern of patternsOf(route, ":id{[0-9]+}")) router.add("GET", pattern, route.id);
      }
      const pathOf = hostFinder(routes);
      return (question) => {
        const [handlers] = router.match("GET", pathOf(question));
        const [first] = Array.isArray(handlers) ? (handlers as unknown[]) : [];
        return Array.isArray(first) ? (first as unknown[])[0] : undefined;
      };
    },
  };
}

const rank = ({ type, path }: MadeRoute): number => (type === "Exact" ? 1_000 : path.length);

export const CONTENDERS: readonly Contender[] = [
  lintel,
  findMyWayRouter,
  honoContender("Hono RegExpRouter", () => new RegExpRouter<string>()),
  honoContender("Hono TrieRouter", () => new TrieRouter<string>()),
];
