/**
 * What becomes of a request, and why, without sending it anywhere: the edge's own matching and rewriting, on whatever
 * snapshot is given.
 */
import { type ClientFacts, serverNameKeys } from "../../../contract/index.ts";
import type { SnapshotView } from "../../snapshot/view.ts";
import type { Outcome } from "../filters/filter.ts";
import { exchangeOf, hostnameOf, REFUSED_METHODS } from "../handler.ts";
import { findRoute } from "../hosts.ts";
import { normalisePath } from "../path.ts";
import { explainBackends } from "./backends.ts";
import { explainHost, explainRoutes } from "./candidates.ts";
import type { BackendReport, Explanation, UpstreamRequest } from "./explanation.ts";
import { explainFilters } from "./filters.ts";

export interface ExplainRequest {
  readonly method: string;
  readonly url: URL;
  /** A Host among them counts before the URL's. */
  readonly headers: Headers;
  /** The client's address, canonical (contract/address.ts). */
  readonly address: string;
}

export interface ExplainOptions {
  /** The edge's own hostname, which no Ingress can claim. */
  readonly systemHost?: string | undefined;
  /** The zone of the origin gateway. */
  readonly zone?: string | undefined;
}

/** What both the embedded edge's listener and workerd take; others never come to the edge. */
const METHODS: ReadonlySet<string> = new Set(
  (
    "GET HEAD POST PUT PATCH DELETE OPTIONS ACL CHECKOUT COPY LOCK MERGE MKACTIVITY MKCOL MOVE NOTIFY " +
    "PROPFIND PROPPATCH PURGE REPORT SEARCH SUBSCRIBE UNLOCK UNSUBSCRIBE"
  ).split(" "),
);

/** Rejects with SnapshotUnavailableError where the view does. */
export async function explain(
  view: SnapshotView,
  { method, url: given, headers, address }: ExplainRequest,
  { systemHost, zone }: ExplainOptions = {},
): Promise<Explanation> {
  const url = withHost(given, headers.get("host"));
  const path = normalisePath(url.pathname);
  const hostname = hostnameOf(url);
  const start: Explanation = {
    request: { method, url: url.href, ...(path !== undefined && { path }), address },
    hosts: [],
    routes: [],
    filters: [],
    backends: [],
    outcome: { kind: "answered", text: "" },
  };
  const ends = (found: Partial<Explanation>, status: number | undefined, text: string): Explanation => ({
    ...start,
    ...found,
    outcome: { kind: "answered", ...(status !== undefined && { status }), text },
  });
  if (hostname === systemHost) {
    return ends({}, undefined, `${hostname} is the edge's own: it answers by itself.`);
  }
  if (REFUSED_METHODS.has(method) || !METHODS.has(method)) return ends({}, 405, `${method} is not served.`);
  if (path === undefined) return ends({}, 400, "The path is malformed, or climbs above the root.");
  const certificate = await certificateFor(view, url, hostname);
  const { candidates: hosts, record } = await explainHost(view, hostname);
  const common = { hosts, ...(certificate !== undefined && { certificate }) };
  if (record === undefined) return ends(common, 404, "No Ingress has rules for this host.");
  const match = await findRoute(view, hostname, path);
  const routes = explainRoutes(record, path, match?.route);
  if (match === undefined) return ends({ ...common, routes }, 404, "No path of the host matches.");
  const request = new Request(url, { method, headers });
  const client: ClientFacts = { address, scheme: schemeOf(url), port: portOf(url) };
  const exchange = exchangeOf(view, { request, url, client, requestId: "0".repeat(32) }, path, match);
  const before = new Map(exchange.outgoing.headers);
  const groups = match.groups.slice(1).map((group) => group ?? "");
  const { reports: filters, answer } = await explainFilters(exchange);
  const found = { ...common, routes, ...(groups.length > 0 && { groups }), filters };
  if (answer !== undefined) return { ...start, ...found, outcome: answerOutcome(answer) };
  const { balancing, backends } = await explainBackends(exchange, zone);
  const { target, host, headers: outgoing } = exchange.outgoing;
  const upstream: UpstreamRequest = {
    scheme: match.route.filters?.forwarding?.scheme ?? "http",
    target,
    host,
    headers: Object.fromEntries([...outgoing].filter(([name, value]) => before.get(name) !== value)),
  };
  const isAsked = filters.some(({ filter, effect }) => filter === "access" && effect === "depends");
  const outcome = forwardOutcome(backends, upstream, match.route.filters?.standIn?.service, isAsked);
  return { ...start, ...found, balancing, backends, upstream, outcome };
}

function answerOutcome(answer: Outcome): Explanation["outcome"] {
  const location = answer instanceof Response ? answer.headers.get("location") : null;
  return {
    kind: "answered",
    status: answer.status,
    ...(location !== null && { location }),
    text: answer instanceof Response ? answerSentence(location) : `The edge refuses it: ${answer.detail}`,
  };
}

function answerSentence(location: string | null): string {
  return location === null ? "The edge answers by itself." : `The client is sent to ${location}.`;
}

function forwardOutcome(
  backends: readonly BackendReport[],
  { target, host, scheme }: UpstreamRequest,
  standIn: string | undefined,
  isAsked: boolean,
): Explanation["outcome"] {
  const condition = isAsked ? "If access is granted: " : "";
  const reachable = backends.filter(({ endpoints }) => endpoints.length > 0);
  if (reachable.length > 0) {
    const services = reachable.map(({ service, port }) => `${service}:${port}`).join(" or ");
    return {
      kind: "forwarded",
      text: `${condition}Forwarded to ${services} as ${target} with Host ${host}, over ${scheme}.`,
    };
  }
  if (standIn !== undefined) {
    return {
      kind: "forwarded",
      text: `${condition}No endpoint is ready; Service ${standIn} answers in their stead.`,
    };
  }
  const text = backends.length === 0 ? "The backend leads to no Service." : "No endpoint is ready.";
  return { kind: "answered", status: 503, text };
}

/** Of an https client, by its server name. */
async function certificateFor(view: SnapshotView, url: URL, hostname: string): Promise<string | undefined> {
  if (schemeOf(url) !== "https") return undefined;
  for (const name of serverNameKeys(hostname)) {
    if ((await view.get("certificates", name)) !== undefined) return name;
  }
  return undefined;
}

/** As a listener sees it: the URL is made of the Host header. */
function withHost(url: URL, host: string | null): URL {
  if (host === null) return url;
  return URL.parse(`${url.protocol}//${host}${url.pathname}${url.search}`) ?? url;
}

function schemeOf({ protocol }: URL): "http" | "https" {
  return protocol === "https:" ? "https" : "http";
}

function portOf(url: URL): number {
  return url.port === "" ? (schemeOf(url) === "https" ? 443 : 80) : Number(url.port);
}
