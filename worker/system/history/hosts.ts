import { DEFAULT_HOST, type Filters, type HostRecord, type Route } from "../../../contract/index.ts";
import { type Describe, keyDifference, listed, nowWas, same } from "./change.ts";

export const hostChanges: Describe<"hosts"> = {
  name: (key) => (key === DEFAULT_HOST ? "any other host" : key),
  content: ({ routes }) => [
    listed(routes.map((route) => `${pathOf(route)} to ${destination(route)}`)) || "no paths",
    ...ingressesOf(routes),
  ],
  gone: ({ routes }) => ingressesOf(routes),
  difference(before, after) {
    const [was, is] = [byPath(before), byPath(after)];
    return [
      ...[...was].flatMap(([path, route]) =>
        is.has(path) ? [] : [`${path} removed (Ingress ${route.ingress})`],
      ),
      ...[...is].flatMap(([path, route]) => {
        const earlier = was.get(path);
        if (earlier === undefined) {
          return [`${path} added, goes to ${destination(route)} (Ingress ${route.ingress})`];
        }
        return routeDifference(earlier, route).map((detail) => `${path} ${detail}`);
      }),
      ...(sameOrder(before, after) ? [] : ["paths are tried in another order"]),
    ];
  },
};

/** Whose rules they are: the objects to look at. */
function ingressesOf(routes: readonly Route[]): string[] {
  const names = [...new Set(routes.map(({ ingress }) => ingress))];
  if (names.length === 0) return [];
  return [`of ${names.length === 1 ? "Ingress" : "Ingresses"} ${listed(names)}`];
}

/** At most one route a match (HostRecord). */
function byPath({ routes }: HostRecord): Map<string, Route> {
  return new Map(routes.map((route) => [pathOf(route), route]));
}

/** Only of regular expressions the order counts: of the others the longest match wins. */
function sameOrder(before: HostRecord, after: HostRecord): boolean {
  const order = (host: HostRecord, other: HostRecord) => {
    const present = byPath(other);
    return host.routes
      .filter(({ match }) => match.path.type === "RegularExpression")
      .map(pathOf)
      .filter((path) => present.has(path));
  };
  return same(order(before, after), order(after, before));
}

export function pathOf({ match: { path } }: Route): string {
  if (path.type === "RegularExpression") return `pattern ${path.value}`;
  return `path ${path.value}${path.type === "Exact" ? " (exact)" : ""}`;
}

/** Services of the Ingress's own namespace without it. */
export function destination({ ingress, backends, filters }: Route): string {
  const redirect = filters?.redirect;
  if (redirect !== undefined) return `${redirect.location} (redirect ${redirect.status})`;
  const namespace = ingress.slice(0, ingress.indexOf("/") + 1);
  const names = backends.map(
    ({ service, port }) =>
      `${service.startsWith(namespace) ? service.slice(namespace.length) : service}:${port}`,
  );
  if (names.length === 0) return "no Service (503)";
  if (names.length === 1) return names[0] ?? "";
  const total = backends.reduce((sum, { weight }) => sum + weight, 0);
  return backends.map(({ weight }, i) => `${names[i]} (${weight} of ${total})`).join(" and ");
}

function routeDifference(before: Route, after: Route): string[] {
  const goesTo =
    destination(before) === destination(after)
      ? []
      : [`now goes to ${destination(after)}, was ${destination(before)}`];
  const found = [...goesTo, ...filterDifference(before.filters ?? {}, after.filters ?? {})];
  if (before.ingress === after.ingress) return found.map((words) => `${words} (Ingress ${after.ingress})`);
  return [...found, `now of Ingress ${after.ingress}, was ${before.ingress}`];
}

/** Of the others the values are long, or hold what is nobody's business: hashes of passwords, keys. */
const SHOWN: ReadonlySet<string> = new Set([
  "maxBody",
  "appRoot",
  "rewrite",
  "upstreamHost",
  "forwardedPrefix",
  "hsts",
] satisfies (keyof Filters)[]);

function filterDifference(before: Filters, after: Filters): string[] {
  const { added, removed, changed } = keyDifference(before, after);
  const isPlain = (name: string) => name !== "redirect" && name !== "closed";
  const closed = [
    ...(added.includes("closed") ? ["refuses every request now"] : []),
    ...(removed.includes("closed") ? ["refuses requests no more"] : []),
  ];
  return [
    ...closed,
    ...phrase("filter", added.filter(isPlain), "added"),
    ...phrase("filter", removed.filter(isPlain), "removed"),
    ...changed.filter(isPlain).flatMap((name) => valueDifference(name as keyof Filters, before, after)),
    ...(changed.includes("redirect") && before.redirect?.location === after.redirect?.location
      ? nowWas("redirect status", before.redirect?.status, after.redirect?.status)
      : []),
  ];
}

function phrase(what: string, names: readonly string[], outcome: string): string[] {
  if (names.length === 0) return [];
  return [`${what}${names.length === 1 ? "" : "s"} ${names.join(", ")} ${outcome}`];
}

function valueDifference(name: keyof Filters, before: Filters, after: Filters): string[] {
  if (SHOWN.has(name)) {
    const [was, is] = [before[name], after[name]];
    if (isShort(was) && isShort(is)) return nowWas(`filter ${name}`, was, is);
  }
  if (name === "canary" && before.canary !== undefined && after.canary !== undefined) {
    const share = ({ weight, total }: NonNullable<Filters["canary"]>) => `${weight} of ${total}`;
    const target = ({ service, port }: NonNullable<Filters["canary"]>) => `${service}:${port}`;
    const words = [
      ...nowWas("canary weight", share(before.canary), share(after.canary)),
      ...nowWas("canary goes to", target(before.canary), target(after.canary)),
    ];
    if (words.length > 0) return words;
  }
  return [`filter ${name} changed`];
}

function isShort(value: unknown): value is string | number {
  return typeof value === "number" || (typeof value === "string" && value.length <= 200);
}
