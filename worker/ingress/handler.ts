/** The data path: normalise, find the route, run its filters, forward. */
import type { ClientFacts, Route } from "../../contract/index.ts";
import { RequestFacts } from "../observe/facts.ts";
import { passTrace } from "../observe/trace-context.ts";
import type { SnapshotView } from "../snapshot/view.ts";
import type { Problem } from "./error-page.ts";
import { Chains, runRequestSteps, runResponseSteps } from "./filters/chain.ts";
import type { Exchange, FilterPlatform, Outgoing } from "./filters/filter.ts";
import { filterOrder } from "./filters/order.ts";
import { upstreamHeaders } from "./headers.ts";
import { findRoute } from "./hosts.ts";
import { normalisePath } from "./path.ts";
import type { Proxy } from "./proxy.ts";
import { ReadHeaders } from "./read-headers.ts";
import type { Match } from "./route-table.ts";
import { requestTarget } from "./variables.ts";

export interface IngressRequest {
  readonly request: Request;
  readonly url: URL;
  readonly client: ClientFacts;
  readonly requestId: string;
  /** The request's, where they have been read. */
  readonly headers?: ReadHeaders;
  /** Set where the edge asks itself, on behalf of another request. */
  readonly isInner?: true;
  /** Filled in on the way; absent where nobody wants to know. */
  readonly facts?: RequestFacts;
}

export type Ingress = (view: SnapshotView, incoming: IngressRequest) => Promise<Response>;

/** The edge's own answer to a request. */
export type Render = (problem: Problem, incoming: Pick<IngressRequest, "request" | "requestId">) => Response;

const BAD_PATH: Problem = { status: 400, detail: "The path of this URL is malformed." };
const NOT_FOUND: Problem = { status: 404, detail: "Nothing is served under this host and path." };
const BAD_METHOD: Problem = { status: 405, detail: "This method is not served." };

/** Methods that echo or tunnel: nginx refuses them as well, and Fetch cannot carry them. */
export const REFUSED_METHODS: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);

export function createIngress(
  proxy: Proxy,
  render: Render,
  platform: Omit<FilterPlatform, "forward">,
): Ingress {
  const chains = new Chains(filterOrder({ ...platform, forward: proxy }));
  return async (view, incoming) => {
    const { request, url } = incoming;
    if (REFUSED_METHODS.has(request.method)) return render(BAD_METHOD, incoming);
    const path = normalisePath(url.pathname);
    if (path === undefined) return render(BAD_PATH, incoming);
    const found = findRoute(view, hostnameOf(url), path);
    const match = found instanceof Promise ? await found : found;
    if (match === undefined) return render(NOT_FOUND, incoming);
    const exchange = exchangeOf(view, incoming, path, match);
    const chain = chains.of(match.route);
    try {
      const isBare = chain.request.length === 0;
      const answer = (isBare ? undefined : await runRequestSteps(chain, exchange)) ?? (await proxy(exchange));
      const response = answer instanceof Response ? answer : render(answer, incoming);
      return chain.response.length === 0 ? response : await runResponseSteps(chain, exchange, response);
    } catch (error) {
      for (const abandon of chain.abandoned) abandon(exchange);
      throw error;
    }
  };
}

export function exchangeOf(
  view: SnapshotView,
  incoming: IngressRequest,
  path: string,
  match: Match,
): Exchange {
  return new RoutedExchange(view, incoming, path, match);
}

/** A class, since engines make objects of literals with accessors and spreads many times as slowly. */
class RoutedExchange implements Exchange {
  readonly view: SnapshotView;
  readonly request: Request;
  readonly url: URL;
  readonly path: string;
  readonly hostname: string;
  readonly host: string;
  readonly client: ClientFacts;
  readonly requestId: string;
  readonly route: Route;
  readonly isInner?: true;
  readonly outgoing: Outgoing;
  readonly facts: RequestFacts;
  readonly #match: Match;

  constructor(view: SnapshotView, incoming: IngressRequest, path: string, match: Match) {
    const { request, url, client, requestId, isInner } = incoming;
    const { headers: read = new ReadHeaders(request.headers), facts = new RequestFacts() } = incoming;
    this.view = view;
    this.request = request;
    this.url = url;
    this.path = path;
    this.hostname = hostnameOf(url);
    this.host = read.get("host") ?? url.host;
    this.client = client;
    this.requestId = requestId;
    this.route = match.route;
    if (isInner) this.isInner = isInner;
    this.facts = facts;
    facts.generation = view.root.generation;
    facts.host = match.host;
    facts.route = match.route;
    const headers = upstreamHeaders(request, this.host, client, requestId, read);
    passTrace(headers, facts.trace);
    this.outgoing = {
      target: requestTarget(url),
      host: this.host,
      headers,
      body: bodyOf(request),
      failure: undefined,
      signal: undefined,
      answered: false,
    };
    this.#match = match;
  }

  get groups(): Match["groups"] {
    return this.#match.groups;
  }
}

/** Fetch gives GET and HEAD no body; what a client sends with them has no meaning (RFC 9110 9.3.1). */
function bodyOf(request: Request): ReadableStream<Uint8Array> | null {
  return request.method === "GET" || request.method === "HEAD" ? null : request.body;
}

/** Lower case already (URL standard), without the dot that a fully qualified name may end with. */
export function hostnameOf(url: URL): string {
  const { hostname } = url;
  return hostname.endsWith(".") ? hostname.slice(0, -1) : hostname;
}
