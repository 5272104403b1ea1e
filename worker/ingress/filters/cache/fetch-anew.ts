/** A response of the Service for a request that the cache cannot answer, and for the cache itself (RFC 9111 4.3). */
import type { Cache } from "../../../../contract/index.ts";
import { errorText } from "../../../log.ts";
import type { Caching, Exchange, FilterPlatform, Outcome } from "../filter.ts";
import { type Forwarded, setForwarded, setHit } from "./cache-status.ts";
import { askWhetherModified, isNotModified, notModified } from "./conditions.ts";
import { copied } from "./copy.ts";
import { ageOf, type Entry, factsOf, headersOf, refreshed, responseOf } from "./entry.ts";
import { headerSelectors, type Selectors } from "./keys.ts";
import { ageAtArrival, type Asker, freshnessOf } from "./response-policy.ts";
import { keep } from "./store.ts";

export interface FetchOptions
  extends Pick<FilterPlatform, "forward" | "waitUntil" | "now" | "random" | "log">, Caching {
  readonly settings: Cache;
  /** What selects among all responses of the route. */
  readonly required: readonly string[];
}

/** A GET. */
export interface Attempt {
  readonly exchange: Exchange;
  readonly base: string;
  readonly asker: Asker;
  readonly selectors: Selectors | undefined;
  /** What is kept and cannot be served as it is. */
  readonly entry: Entry | undefined;
  readonly reason: Forwarded;
}

/** Errors for which a stale response may stand in (RFC 5861 4). */
const FAILURES: ReadonlySet<number> = new Set([500, 502, 503, 504]);

export async function fetchAnew(options: FetchOptions, attempt: Attempt): Promise<Outcome> {
  const { forward, now } = options;
  const { exchange, entry } = attempt;
  const requested = now();
  exchange.facts.cache = "miss";
  askWhetherModified(exchange.outgoing.headers, entry && headersOf(entry.facts));
  let answer: Outcome;
  try {
    answer = await forward(exchange);
  } catch (error) {
    const stale = staleFor(entry, exchange, now());
    if (stale === undefined) throw error;
    return stale;
  }
  const arrived = now();
  if (!(answer instanceof Response) || FAILURES.has(answer.status)) {
    const stale = staleFor(entry, exchange, arrived);
    if (stale === undefined) return answer;
    if (answer instanceof Response) await answer.body?.cancel();
    return stale;
  }
  if (answer.webSocket !== null) return answer;
  const isConfirmed = answer.status === 304 && entry !== undefined;
  if (isConfirmed) exchange.facts.cache = "updated";
  const response = isConfirmed ? confirmed(entry, answer) : answer;
  const kept = offer(options, attempt, { response, isConfirmed, requested, arrived });
  setForwarded(kept.response.headers, attempt.reason, kept.isStored, isConfirmed ? 304 : undefined);
  const isFitting = response.status === 200 && isNotModified(exchange.request.headers, response.headers);
  if (!isFitting) return kept.response;
  if (kept.isStored) drain(options, exchange, kept.response);
  else await kept.response.body?.cancel();
  return notModified(kept.response.headers);
}

/** The cache reads along as far as somebody reads. */
function drain({ waitUntil, log }: FetchOptions, { route }: Exchange, { body }: Response): void {
  const work = body?.pipeTo(new WritableStream()).catch((error: unknown) => {
    log("info", { ingress: route.ingress, error: errorText(error) }, "a response was not kept");
  });
  if (work !== undefined) waitUntil(work);
}

/** RFC 5861 4 */
function staleFor(entry: Entry | undefined, exchange: Exchange, now: number): Response | undefined {
  if (entry === undefined) return undefined;
  const { facts } = entry;
  const left = facts.lifetime - ageOf(facts, now);
  if (facts.ifError === 0 || -left > facts.ifError) return undefined;
  const response = responseOf(entry, exchange.request.method, now);
  exchange.outgoing.answered = true;
  exchange.facts.cache = "stale";
  setHit(response.headers, left);
  return response;
}

/** What is kept, with what the Service has now said of it. */
function confirmed({ facts, body }: Entry, answer: Response): Response {
  const headers = refreshed(headersOf(facts), answer.headers);
  return new Response(body, { status: facts.status, headers, encodeBody: "manual" });
}

interface Answered {
  readonly response: Response;
  /** Whether its body is the kept one. */
  readonly isConfirmed: boolean;
  /** Milliseconds since 1970. */
  readonly requested: number;
  readonly arrived: number;
}

/** Puts a response into the cache behind the client's back, if it may be kept. */
function offer(
  { store, waitUntil, random, log, settings, required }: FetchOptions,
  { exchange, base, asker, selectors }: Attempt,
  { response, isConfirmed, requested, arrived }: Answered,
): { response: Response; isStored: boolean } {
  const freshness = freshnessOf(response, asker, settings, arrived);
  const both = freshness && copied(response);
  if (freshness === undefined || both === undefined) return { response, isStored: false };
  const { headers } = response;
  const facts = factsOf(response, freshness, ageAtArrival(headers, requested, arrived), arrived);
  const place = {
    base,
    exchange,
    selectors,
    names: [...required, ...headerSelectors(headers)],
    token: Math.floor(random() * 2 ** 32).toString(36) + arrived.toString(36),
  };
  waitUntil(
    keep(store, place, facts, { stream: both.copy, isEncoded: isConfirmed }).catch((error: unknown) => {
      log("info", { ingress: exchange.route.ingress, error: errorText(error) }, "a response was not kept");
    }),
  );
  return { response: both.response, isStored: true };
}
