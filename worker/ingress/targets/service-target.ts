/** A Service of the cluster, whose endpoints are reached through the gateway. */
import { encodeTimeouts, type GatewayFault, type Target } from "../../../contract/index.ts";
import type { Member } from "../balance/member.ts";
import { type Forward, GatewayUnreachableError } from "../forward.ts";
import { type Pool, type Pools, type Upstream, upstreamOf } from "../pool.ts";
import { TargetError, type TargetFetch, type TargetRequest } from "../target-fetch.ts";
import { compileTemplate } from "../variables.ts";
import { absolutePath } from "./absolute-path.ts";

export interface ServiceTargetOptions {
  readonly pools: Pick<Pools, "of">;
  readonly forward: Forward;
  /** Milliseconds. */
  readonly now: () => number;
}

export type ServiceTarget = Extract<Target, { kind: "service" }>;

/** So many endpoints are dialed at most. */
const MOST_DIALS = 3;

export function serviceTarget(target: ServiceTarget, options: ServiceTargetOptions): TargetFetch {
  const { service, port, host } = target;
  const path = compileTemplate(target.path);
  return async (exchange, request) => {
    const found = exchange.view.get("services", service);
    const pool = options.pools.of(service, found instanceof Promise ? await found : found, port);
    const url = `http://${host}${absolutePath(path(exchange))}`;
    return askPool(pool, target, url, request, options);
  };
}

/** Another endpoint is asked only where the one before could not be dialed. */
async function askPool(
  pool: Pool,
  { service, scheme, host }: ServiceTarget,
  url: string,
  request: TargetRequest,
  { forward, now }: ServiceTargetOptions,
): Promise<Response> {
  const tried = new Set<Member>();
  let fault: GatewayFault | undefined;
  while (tried.size < MOST_DIALS && (fault === undefined || fault === "dial")) {
    const member = pool.take(now(), tried);
    if (member === undefined) break;
    tried.add(member);
    const isTrial = member.health.begin(now());
    const outcome = await send(forward, url, host, request, upstreamOf(member, scheme));
    if (outcome instanceof Response) {
      pool.report(member, "success", now(), isTrial);
      return outcome;
    }
    // The other faults say that the gateway is configured wrongly, and nothing of the endpoint.
    if (outcome !== "target" && outcome !== "secret") pool.report(member, "failure", now(), isTrial);
    fault = outcome;
  }
  const problem = fault === undefined ? "has no endpoint that is ready" : `cannot be asked (${fault})`;
  throw new TargetError(`service ${service} ${problem}`);
}

async function send(
  forward: Forward,
  url: string,
  host: string,
  { method, headers, body, host: wanted, timeoutMs }: TargetRequest,
  upstream: Upstream,
): Promise<Response | GatewayFault> {
  try {
    return await forward(
      {
        url,
        method,
        headers: new Headers(headers),
        body: body ? new Response(body).body : null,
        host: wanted ?? host,
        timeouts: encodeTimeouts({ connectMs: timeoutMs, readMs: timeoutMs, sendMs: timeoutMs }),
      },
      upstream,
    );
  } catch (cause) {
    if (!(cause instanceof GatewayUnreachableError)) throw cause;
    throw new TargetError(cause.message, { cause });
  }
}
