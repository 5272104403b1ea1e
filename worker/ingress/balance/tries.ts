/** One request at one endpoint after the other, until one answers for good (nginx `proxy_next_upstream`). */
import type { Backend, GatewayFault, Route } from "../../../contract/index.ts";
import type { MaybePromise } from "../../snapshot/view.ts";
import type { Problem } from "../error-page.ts";
import type { Exchange } from "../filters/filter.ts";
import type { Forward } from "../forward.ts";
import { type Pool, type Upstream, upstreamOf } from "../pool.ts";
import { ReplayableBody, type ReplayRoom } from "../replay.ts";
import { type Placement, type Session, tagOf } from "./affinity.ts";
import type { Member } from "./member.ts";
import type { Plan } from "./plan.ts";
import { watched } from "./watched-body.ts";

export interface TriesOptions {
  readonly forward: Forward;
  /** Milliseconds. */
  readonly now: () => number;
  readonly onFault: (fault: GatewayFault, upstream: Upstream, route: Route) => void;
  /** The last try failed, and is followed by another. */
  readonly onRetry?: (exchange: Exchange) => void;
  readonly room: ReplayRoom;
}

/** Where a request goes, and what its client's cookie says. */
export interface Destination {
  readonly plan: Plan;
  readonly backend: Backend;
  readonly pool: Pool;
  readonly session: Session | undefined;
}

/** What became of a try. A `Problem` is what a filter says of a request that it has broken off. */
export type Outcome = Response | GatewayFault | Problem;

export interface Served {
  readonly outcome: Outcome;
  /** The text of a Set-Cookie header for the client. */
  readonly cookie: string | undefined;
}

type Body = ReplayableBody | ReadableStream<Uint8Array> | null;

/** The outcome of the last try; `undefined` where there is no endpoint to try. */
export function tryEndpoints(
  options: TriesOptions,
  exchange: Exchange,
  destination: Destination,
): Promise<Served | undefined> {
  const { plan, pool } = destination;
  const most = Math.min(plan.retries.tries, pool.size);
  const body = bodyFor(exchange, most, options.room);
  const served = tryInTurn(options, exchange, destination, body, most);
  return body instanceof ReplayableBody ? served.finally(() => body.settle()) : served;
}

async function tryInTurn(
  options: TriesOptions,
  exchange: Exchange,
  destination: Destination,
  body: Body,
  most: number,
): Promise<Served | undefined> {
  const { plan, pool } = destination;
  const { now } = options;
  const start = now();
  pool.budget.request(start);
  const home = plan.affinity && (await homeOf(destination, start));
  const found = home === undefined ? placeOf(exchange, destination, start) : { member: home, key: undefined };
  const first = found instanceof Promise ? await found : found;
  if (first === undefined) return undefined;
  let place: Placement = first;
  const tried = new Set<Member>();
  for (;;) {
    const { member } = place;
    const outcome = await tryOnce(options, exchange, plan, pool, member, body);
    tried.add(member);
    const at = now();
    exchange.facts.upstreamMs = at - start;
    const stays = member === home && plan.affinity?.changesOnFailure === false;
    const mayFollow = !stays && tried.size < most && at - start < plan.retries.timeout;
    const isRepeatable = mayFollow && mayRepeat(plan, exchange, body, outcome);
    const next = isRepeatable ? await placeOf(exchange, destination, at, tried) : undefined;
    // A dial that failed gave nobody any work, so that another multiplies nothing.
    if (next === undefined || (outcome !== "dial" && !pool.mayRetry(member, next.member, at))) {
      return { outcome, cookie: cookieFor(exchange, destination, place, at) };
    }
    if (outcome instanceof Response) await outcome.body?.cancel();
    options.onRetry?.(exchange);
    place = next;
  }
}

/** The endpoint that the client's cookie names. One that fails is none for a client that may change. */
async function homeOf(
  { plan: { affinity }, backend, pool, session }: Destination,
  now: number,
): Promise<Member | undefined> {
  if (affinity === undefined || session === undefined || session.tag !== tagOf(backend)) return undefined;
  const home = await affinity.find(pool, session);
  return affinity.changesOnFailure && home?.health.isAvailable(now) === false ? undefined : home;
}

/** Waits only where a client gets a cookie. */
function placeOf(
  exchange: Exchange,
  { plan: { affinity, pick }, pool }: Destination,
  now: number,
  tried?: ReadonlySet<Member>,
): MaybePromise<Placement | undefined> {
  const candidates = pool.candidates(now, tried);
  if (affinity !== undefined) {
    return affinity.place(pool, candidates, () => pick(candidates, pool, exchange, now));
  }
  const member = pick(candidates, pool, exchange, now);
  return member && { member, key: undefined };
}

function cookieFor(
  exchange: Exchange,
  { plan, backend }: Destination,
  { key }: Placement,
  now: number,
): string | undefined {
  return key === undefined ? undefined : plan.affinity?.cookieFor(key, tagOf(backend), exchange, now);
}

async function tryOnce(
  { forward, now, onFault }: TriesOptions,
  exchange: Exchange,
  plan: Plan,
  pool: Pool,
  member: Member,
  body: Body,
): Promise<Outcome> {
  const start = now();
  const upstream = upstreamOf(member, plan.scheme);
  const underway = plan.needs === "load" ? member.load.begin(start) : undefined;
  const isTrial = member.health.begin(start);
  const { facts } = exchange;
  facts.tries++;
  facts.endpoint = member.address;
  facts.fault = undefined;
  facts.upstreamStatus = undefined;
  let isAnswered = false;
  try {
    const outcome = await send(forward, exchange, plan, body, upstream);
    const at = now();
    if (typeof outcome === "string") {
      facts.fault = outcome;
      onFault(outcome, upstream, exchange.route);
      // The others say that the gateway is configured wrongly, and nothing of the endpoint.
      if (outcome === "dial" || outcome === "reset" || outcome === "timeout") {
        pool.report(member, "failure", at, isTrial);
      }
      return outcome;
    }
    if (!(outcome instanceof Response)) return outcome;
    facts.upstreamStatus = outcome.status;
    pool.report(member, plan.unhealthy.has(outcome.status) ? "failure" : "success", at, isTrial);
    if (plan.needs === "latency") member.latency.observe(at - start, at);
    isAnswered = true;
    return underway === undefined ? outcome : watched(outcome, underway);
  } finally {
    if (!isAnswered) underway?.ended();
  }
}

/** A body that a filter breaks off fails the request in one way or another; what the filter says of it counts. */
function send(
  forward: Forward,
  { request, url, outgoing, route }: Exchange,
  { timeouts, verify, close }: Plan,
  body: Body,
  upstream: Upstream,
): Promise<Outcome> {
  const outcome: Promise<Outcome> = forward(
    {
      url: url.origin + outgoing.target,
      method: request.method,
      headers: outgoing.headers,
      body: body instanceof ReplayableBody ? body.stream() : body,
      host: outgoing.host,
      timeouts,
      verify,
      close,
      // Decoded and encoded again, a stream would lose its flushes, and a part of a whole be spoilt. Caches look inside.
      asEncoded: route.filters?.cache === undefined,
      signal: outgoing.signal,
    },
    upstream,
  );
  // Only what has a body can be broken off.
  if (body === null) return outcome;
  return outcome.then(
    (found) => (found instanceof Response ? found : (outgoing.failure ?? found)),
    (error: unknown) => {
      if (outgoing.failure !== undefined) return outgoing.failure;
      throw error;
    },
  );
}

function mayRepeat({ retries }: Plan, { request }: Exchange, body: Body, outcome: Outcome): boolean {
  if (typeof outcome !== "string" && !(outcome instanceof Response)) return false;
  return retries.applies(outcome, request.method) && (!(body instanceof ReplayableBody) || body.replayable);
}

/** A body passes through untouched where there is only one try. */
function bodyFor({ request, outgoing: { body } }: Exchange, tries: number, room: ReplayRoom): Body {
  if (body === null || tries <= 1) return body;
  const length = request.headers.get("content-length");
  const replayable = new ReplayableBody(body, length === null ? undefined : Number(length), room);
  // The client has gone, and whatever waits for the response will never go on.
  request.signal.addEventListener("abort", () => replayable.settle(), { once: true });
  return replayable;
}
