/** A matched request on its way to an endpoint of its route's Service, and the response on its way back. */
import type { Backend, GatewayFault } from "../../contract/index.ts";
import { OpaqueIds } from "./balance/opaque-ids.ts";
import { type Plan, Plans } from "./balance/plan.ts";
import { type TriesOptions, tryEndpoints } from "./balance/tries.ts";
import type { MaybePromise } from "../snapshot/view.ts";
import type { Problem } from "./error-page.ts";
import type { Exchange } from "./filters/filter.ts";
import { finishResponseHeaders } from "./headers.ts";
import type { Pool, Pools } from "./pool.ts";
import { ReplayRoom } from "./replay.ts";

const NO_ENDPOINTS: Problem = { status: 503, detail: "No endpoint of this service is ready." };

/** What a client is told of each fault: `target` and `secret` are the operator's to repair, and logged. */
const FAULTS: Readonly<Record<GatewayFault, Problem>> = {
  dial: { status: 502, detail: "No endpoint of this service could be reached." },
  reset: { status: 502, detail: "The service broke off before it answered." },
  timeout: { status: 504, detail: "The service did not answer in time." },
  target: { status: 502, detail: "The service's address is not one that may be reached." },
  secret: { status: 502, detail: "The edge is not allowed to reach the service." },
};

export interface ProxyOptions extends Omit<TriesOptions, "room"> {
  readonly pools: Pools;
  readonly random: () => number;
  /** Names endpoints in cookies: the same in all isolates of an edge. */
  readonly secret: string;
}

export type Proxy = (exchange: Exchange) => Promise<Response | Problem>;

export function createProxy(options: ProxyOptions): Proxy {
  const plans = new Plans(options.random, new OpaqueIds(options.secret));
  const tries: TriesOptions = { ...options, room: new ReplayRoom() };
  return async (exchange) => {
    const plan = plans.of(exchange.route);
    const session = plan.affinity?.read(exchange);
    let backend = plan.canaryFor(exchange, session);
    let pool = backend && poolOf(backend, exchange, plan, options.pools);
    if (pool instanceof Promise) pool = await pool;
    // A canary without endpoints is passed over, as in ingress-nginx.
    if (pool === undefined || pool.size === 0) {
      backend = plan.mainFor(session);
      pool = backend && poolOf(backend, exchange, plan, options.pools);
      if (pool instanceof Promise) pool = await pool;
    }
    exchange.facts.backend = backend;
    if (backend === undefined || pool === undefined) return NO_ENDPOINTS;
    const served = await tryEndpoints(tries, exchange, { plan, backend, pool, session });
    if (served === undefined) return NO_ENDPOINTS;
    const { outcome, cookie } = served;
    if (typeof outcome === "string") return FAULTS[outcome];
    if (!(outcome instanceof Response)) return outcome;
    exchange.outgoing.answered = true;
    return finish(outcome, cookie, options.now);
  };
}

function poolOf(
  { service, port }: Backend,
  { view }: Exchange,
  { through }: Plan,
  pools: Pools,
): MaybePromise<Pool> {
  const found = view.get("services", service);
  if (found instanceof Promise) return found.then((record) => pools.of(service, record, port, through));
  return pools.of(service, found, port, through);
}

function finish(response: Response, cookie: string | undefined, now: () => number): Response {
  const { webSocket } = response;
  const finished =
    webSocket === null
      ? new Response(response.body, response)
      : new Response(null, { status: 101, webSocket, headers: new Headers(response.headers) });
  finishResponseHeaders(finished.headers, now);
  if (cookie !== undefined) finished.headers.append("set-cookie", cookie);
  return finished;
}
