/**
 * A shared cache for a route's responses (RFC 9111): `lintel.dev/cache`. It stands behind all other filters, so that who
 * may not come in gets nothing out of it, and what they do to responses happens to kept ones too.
 */
import type { Cache, Route } from "../../../../contract/index.ts";
import { RequestFacts } from "../../../observe/facts.ts";
import type { Exchange, Filter, FilterPlatform, Outcome } from "../filter.ts";
import { setForwarded, setHit, type Forwarded } from "./cache-status.ts";
import { isNotModified, notModified } from "./conditions.ts";
import { ageOf, type Entry, responseOf } from "./entry.ts";
import { type Attempt, fetchAnew, type FetchOptions } from "./fetch-anew.ts";
import { baseKey, cookieSelectors, routeIdentity } from "./keys.ts";
import { isSafe, type Wish, wishOf } from "./request-policy.ts";
import type { Asker } from "./response-policy.ts";
import { find, type Found } from "./store.ts";
import { errorText } from "../../../log.ts";

type CachePlatform = Pick<FilterPlatform, "forward" | "caching" | "waitUntil" | "now" | "random" | "log">;

const NOT_KEPT = { status: 504, detail: "This is not in the cache, and nothing else was asked for." };

export function cache(platform: CachePlatform): Filter {
  const { caching } = platform;
  if (caching === undefined) return () => undefined;
  const refreshes = new Refreshes(platform);
  return ({ cache: settings, canary }, route) => {
    // Who gets a canary's responses is not the cache's to say: one that was kept would go to everybody.
    if (settings === undefined || canary !== undefined) return undefined;
    const options = { ...platform, ...caching, settings, required: cookieSelectors(settings.keyCookies) };
    const identity = routeIdentity(route);
    return {
      async request(exchange) {
        const { hostname, path } = exchange;
        const found = caching.epochOf(hostname, path);
        const epoch = found instanceof Promise ? await found : found;
        // What was purged is not known: nothing can be taken from the cache.
        const base = epoch === undefined ? undefined : baseKey(exchange, identity, epoch);
        if (epoch === undefined || base === undefined) return undefined;
        const { method } = exchange.request;
        if (!isSafe(method)) return changed(options, exchange, identity, epoch);
        const wish = wishOf(exchange.request);
        if (wish === undefined) return undefined;
        return serve(options, refreshes, { exchange, base, wish, asker: askerOf(exchange, route, settings) });
      },
    };
  };
}

interface Asked {
  readonly exchange: Exchange;
  readonly base: string;
  readonly wish: Wish;
  readonly asker: Asker;
}

async function serve(options: FetchOptions, refreshes: Refreshes, asked: Asked): Promise<Outcome> {
  const { now } = options;
  const { exchange, base, wish, asker } = asked;
  const { entry, selectors } = await lookUp(options, base, exchange);
  const usable = entry !== undefined && isFor(entry, asker) ? entry : undefined;
  const at = now();
  const use = usable === undefined ? "none" : useOf(usable, wish, at);
  const attempt: Attempt = { exchange, base, asker, selectors, entry: usable, reason: "uri-miss" };
  if (usable !== undefined && (use === "fresh" || (use === "stale" && exchange.request.method === "GET"))) {
    if (use === "stale") refreshes.begin(options, attempt);
    return hit(usable, exchange, at);
  }
  if (wish.onlyIfCached) return NOT_KEPT;
  const reason = reasonFor(usable, wish, selectors);
  if (exchange.request.method === "HEAD") return forwardOnly(options, exchange, reason);
  return fetchAnew(options, { ...attempt, reason });
}

/** Where the cache fails, requests are served without. */
async function lookUp({ store, log }: FetchOptions, base: string, exchange: Exchange): Promise<Found> {
  try {
    return await find(store, base, exchange);
  } catch (error) {
    log("warn", { ingress: exchange.route.ingress, error: errorText(error) }, "the cache cannot be read");
    return { entry: undefined, selectors: undefined };
  }
}

/** RFC 9111 3.5, and the same for what nothing but the route's `ttl` declares harmless. */
function isFor({ facts }: Entry, { isAuthenticated, hasCookies }: Asker): boolean {
  return (facts.isShared || !isAuthenticated) && !(facts.isImplicit && hasCookies);
}

/** RFC 9111 4.2 and 5.2.1, RFC 5861 3. */
function useOf(
  { facts }: Entry,
  { noCache, maxAge, minFresh }: Wish,
  now: number,
): "fresh" | "stale" | "none" {
  const age = ageOf(facts, now);
  if (noCache || facts.noCache || age > maxAge) return "none";
  const left = facts.lifetime - age;
  if (left > 0) return left >= minFresh ? "fresh" : "none";
  return minFresh === 0 && -left <= facts.whileRevalidate && facts.whileRevalidate > 0 ? "stale" : "none";
}

async function hit(entry: Entry, exchange: Exchange, now: number): Promise<Response> {
  const response = responseOf(entry, exchange.request.method, now);
  const left = entry.facts.lifetime - ageOf(entry.facts, now);
  exchange.outgoing.answered = true;
  exchange.facts.cache = left > 0 ? "hit" : "stale";
  setHit(response.headers, left);
  const isFitting = response.status === 200 && isNotModified(exchange.request.headers, response.headers);
  if (!isFitting) return response;
  await response.body?.cancel();
  return notModified(response.headers);
}

function reasonFor(entry: Entry | undefined, wish: Wish, selectors: Found["selectors"]): Forwarded {
  if (entry !== undefined) return wish.noCache || wish.maxAge < Infinity ? "request" : "stale";
  return selectors === undefined ? "uri-miss" : "vary-miss";
}

async function forwardOnly(
  { forward }: FetchOptions,
  exchange: Exchange,
  reason: Forwarded,
): Promise<Outcome> {
  const answer = await forward(exchange);
  exchange.facts.cache = "miss";
  if (answer instanceof Response) setForwarded(answer.headers, reason, false);
  return answer;
}

/** After a change, what was kept of the same URL is not true any more (RFC 9111 4.4). */
async function changed(
  options: FetchOptions,
  exchange: Exchange,
  identity: string,
  epoch: number,
): Promise<Outcome> {
  const answer = await options.forward(exchange);
  if (!(answer instanceof Response) || answer.status >= 400) return answer;
  const bases = ["http", "https"].map((scheme) => baseKey(exchange, identity, epoch, scheme));
  options.waitUntil(
    Promise.all(bases.filter((base) => base !== undefined).map((base) => options.store.delete(base))).catch(
      (error: unknown) => {
        const fields = { ingress: exchange.route.ingress, error: errorText(error) };
        options.log("warn", fields, "the cache still holds what has changed");
      },
    ),
  );
  return answer;
}

function askerOf({ request }: Exchange, { filters }: Route, { keyCookies }: Cache): Asker {
  const access = filters?.access;
  const isChecked =
    access?.basic !== undefined || access?.external !== undefined || access?.jwt !== undefined;
  return {
    isAuthenticated: isChecked || request.headers.has("authorization"),
    hasCookies: keyCookies === undefined && request.headers.has("cookie"),
  };
}

/** Milliseconds after which a refresh that has not ended is taken for dead, as its request may be. */
const STUCK = 60_000;

/** What is being fetched anew behind stale responses: one at a time for each, in this isolate. */
class Refreshes {
  readonly #platform: CachePlatform;
  readonly #underway = new Map<string, number>();

  constructor(platform: CachePlatform) {
    this.#platform = platform;
  }

  begin(options: FetchOptions, attempt: Attempt): void {
    const { now, waitUntil, log } = this.#platform;
    const { base, entry, exchange } = attempt;
    const key = `${base} ${entry?.facts.storedAt}`;
    const at = now();
    if (at - (this.#underway.get(key) ?? -Infinity) < STUCK) return;
    this.#underway.set(key, at);
    const work = refresh(options, attempt)
      .catch((error: unknown) => {
        log("warn", { ingress: exchange.route.ingress, error: errorText(error) }, "a stale response stays");
      })
      .finally(() => this.#underway.delete(key));
    waitUntil(work);
  }
}

/** As another request, whose response nobody reads but the cache. The kept body is the client's. */
async function refresh(options: FetchOptions, attempt: Attempt): Promise<void> {
  const { exchange, base } = attempt;
  const outgoing = {
    ...exchange.outgoing,
    headers: new Headers(exchange.outgoing.headers),
    body: null,
    failure: undefined,
    signal: undefined,
    answered: false,
  };
  const behind: Exchange = { ...exchange, groups: exchange.groups, outgoing, facts: new RequestFacts() };
  const { entry, selectors } = await find(options.store, base, behind);
  const answer = await fetchAnew(options, {
    ...attempt,
    exchange: behind,
    entry,
    selectors,
    reason: "stale",
  });
  if (answer instanceof Response) await answer.body?.pipeTo(new WritableStream());
}
