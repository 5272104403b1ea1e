/** A matched request on its way to an endpoint of its route's Service, and the response on its way back. */
import type { ClientFacts, GatewayFault, Route } from "../../contract/index.ts";
import type { SnapshotView } from "../snapshot/view.ts";
import type { Problem } from "./error-page.ts";
import type { Forward } from "./forward.ts";
import { finishResponseHeaders, upstreamHeaders } from "./headers.ts";
import { chooseBackend, type Pool, type Pools, type Upstream } from "./pool.ts";
import { ReplayableBody } from "./replay.ts";

/** ingress-nginx's default of `proxy-next-upstream-tries`. */
const MAX_TRIES = 3;

const NO_ENDPOINTS: Problem = { status: 503, detail: "No endpoint of this service is ready." };

/** What a client is told of each fault: `target` and `secret` are the operator's to repair, and logged. */
const FAULTS: Readonly<Record<GatewayFault, Problem>> = {
  dial: { status: 502, detail: "No endpoint of this service could be reached." },
  reset: { status: 502, detail: "The service broke off before it answered." },
  timeout: { status: 504, detail: "The service did not answer in time." },
  target: { status: 502, detail: "The service's address is not one that may be reached." },
  secret: { status: 502, detail: "The edge is not allowed to reach the service." },
};

export interface ProxyOptions {
  readonly pools: Pools;
  readonly forward: Forward;
  readonly random: () => number;
  readonly now: () => number;
  readonly onFault: (fault: GatewayFault, upstream: Upstream, route: Route) => void;
}

export interface ProxyRequest {
  readonly request: Request;
  readonly route: Route;
  /** The Host header as the client sent it, port included. */
  readonly host: string;
  readonly client: ClientFacts;
  readonly requestId: string;
}

export type Proxy = (view: SnapshotView, proxied: ProxyRequest) => Promise<Response | Problem>;

export function createProxy(options: ProxyOptions): Proxy {
  return async (view, proxied) => {
    const backend = chooseBackend(proxied.route.backends, options.random);
    if (backend === undefined) return NO_ENDPOINTS;
    const found = view.get("services", backend.service);
    const service = found instanceof Promise ? await found : found;
    const pool = options.pools.of(service, backend.port);
    const outcome = await tryEndpoints(options, pool, proxied);
    return outcome instanceof Response ? finish(outcome, options.now) : outcome;
  };
}

/** Another endpoint is tried only when nothing was sent to the one before: so it is safe for every method. */
async function tryEndpoints(
  options: ProxyOptions,
  pool: Pool,
  proxied: ProxyRequest,
): Promise<Response | Problem> {
  const { request, host, client, requestId, route } = proxied;
  const headers = upstreamHeaders(request, host, client, requestId);
  const body = bodyFor(request, pool);
  const tried = new Set<Upstream>();
  let problem = NO_ENDPOINTS;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const upstream = pool.take(tried);
    if (upstream === undefined) break;
    tried.add(upstream);
    const outcome = await options.forward(
      {
        url: request.url,
        method: request.method,
        headers,
        body: body instanceof ReplayableBody ? body.stream() : body,
        host,
      },
      upstream,
    );
    if (outcome instanceof Response) return outcome;
    options.onFault(outcome, upstream, route);
    problem = FAULTS[outcome];
    if (outcome !== "dial" || (body instanceof ReplayableBody && !body.replayable)) break;
  }
  return problem;
}

/** A body passes through untouched where there is only one endpoint to send it to. */
function bodyFor(request: Request, pool: Pool): ReplayableBody | ReadableStream<Uint8Array> | null {
  // Fetch gives GET and HEAD no body; what a client sends with them has no meaning (RFC 9110 9.3.1).
  const body: ReadableStream<Uint8Array> | null = request.body;
  if (body === null || request.method === "GET" || request.method === "HEAD") return null;
  if (pool.size === 1) return body;
  const length = request.headers.get("content-length");
  return new ReplayableBody(body, length === null ? undefined : Number(length));
}

function finish(response: Response, now: () => number): Response {
  const { webSocket } = response;
  if (webSocket !== null) {
    const headers = new Headers(response.headers);
    finishResponseHeaders(headers, now);
    return new Response(null, { status: 101, webSocket, headers });
  }
  const finished = new Response(response.body, response);
  finishResponseHeaders(finished.headers, now);
  return finished;
}
