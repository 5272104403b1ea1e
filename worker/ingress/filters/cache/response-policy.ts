/** Whether a response may be kept, and how long it is good for (RFC 9111 3, 4.2). */
import type { Cache } from "../../../../contract/index.ts";
import { type Directives, parseCacheControl, secondsOf } from "./cache-control.ts";

/** Times are in seconds. */
export interface Freshness {
  /** From when the response was made. */
  readonly lifetime: number;
  /** Whether the lifetime is the route's, since the response says nothing of one. */
  readonly isImplicit: boolean;
  /** It has to be validated each time (`no-cache`). */
  readonly noCache: boolean;
  /** For requests with credentials too (RFC 9111 3.5). */
  readonly isShared: boolean;
  /** After its lifetime, while another is fetched, and where none can be had. */
  readonly whileRevalidate: number;
  readonly ifError: number;
}

/** What of a request decides whether its response may be kept. */
export interface Asker {
  /** Whether it bears credentials, or passed a check of them. */
  readonly isAuthenticated: boolean;
  /** Whether it has cookies that the route does not know to be harmless. */
  readonly hasCookies: boolean;
}

/** Kept without being told so for how long: what stays true for a while (a part of RFC 9110 15.1's list). */
const STEADY: ReadonlySet<number> = new Set([200, 203, 204, 300, 301, 308, 410]);

/** `undefined` for a response that may not be kept, or that would be of no use. */
export function freshnessOf(
  { status, headers }: Pick<Response, "status" | "headers">,
  asker: Asker,
  settings: Cache,
  responseTime: number,
): Freshness | undefined {
  if (status < 200 || status === 206 || status === 304) return undefined;
  const directives = parseCacheControl(headers.get("cache-control"));
  if (directives.has("no-store") || directives.has("private")) return undefined;
  // Whose cookie it is cannot be known; an endless stream never comes to an end that could be kept.
  if (headers.has("set-cookie") || headers.get("content-type")?.startsWith("text/event-stream")) {
    return undefined;
  }
  if (headers.get("vary")?.includes("*")) return undefined;
  const isShared = ["public", "s-maxage", "must-revalidate"].some((name) => directives.has(name));
  if (asker.isAuthenticated && !isShared) return undefined;
  const noCache = directives.has("no-cache") || isPragmaNoCache(headers);
  const explicit = explicitLifetime(directives, headers, responseTime);
  const implicit = STEADY.has(status) && !asker.hasCookies ? settings.ttl : undefined;
  const lifetime = noCache ? 0 : (explicit ?? implicit);
  if (lifetime === undefined) return undefined;
  if (lifetime <= 0 && !hasValidator(headers)) return undefined;
  const isImplicit = explicit === undefined && !noCache;
  return { lifetime, isImplicit, noCache, isShared, ...staleness(directives, settings) };
}

/** An entity tag or a date by which the Service can tell that it has not changed. */
export function hasValidator(headers: Headers): boolean {
  return headers.has("etag") || headers.has("last-modified");
}

function isPragmaNoCache(headers: Headers): boolean {
  return !headers.has("cache-control") && headers.get("pragma")?.includes("no-cache") === true;
}

/** RFC 9111 4.2.1 */
function explicitLifetime(
  directives: Directives,
  headers: Headers,
  responseTime: number,
): number | undefined {
  const seconds = secondsOf(directives, "s-maxage") ?? secondsOf(directives, "max-age");
  if (seconds !== undefined) return seconds;
  const expires = headers.get("expires");
  if (expires === null) return undefined;
  const [until, from] = [Date.parse(expires), Date.parse(headers.get("date") ?? "")];
  // What cannot be read is in the past (RFC 9111 5.3).
  if (Number.isNaN(until)) return 0;
  return Math.max(0, (until - (Number.isNaN(from) ? responseTime : from)) / 1_000);
}

/**
 * RFC 9111 4.2.4 and RFC 5861. What the response says of itself counts before the route's times; s-maxage forbids the
 * latter (5.2.2.10), and is commonly written beside the former to allow it.
 */
function staleness(directives: Directives, settings: Cache): Pick<Freshness, "whileRevalidate" | "ifError"> {
  const isStrict = ["must-revalidate", "proxy-revalidate", "no-cache"].some((name) => directives.has(name));
  if (isStrict) return { whileRevalidate: 0, ifError: 0 };
  const byRoute = directives.has("s-maxage") ? {} : settings;
  return {
    whileRevalidate: secondsOf(directives, "stale-while-revalidate") ?? byRoute.staleWhileRevalidate ?? 0,
    ifError: secondsOf(directives, "stale-if-error") ?? byRoute.staleIfError ?? 0,
  };
}

/**
 * How old a response was when it came (RFC 9111 4.2.3), in seconds.
 *
 * @param requestTime and responseTime in milliseconds since 1970
 */
export function ageAtArrival(headers: Headers, requestTime: number, responseTime: number): number {
  const date = Date.parse(headers.get("date") ?? "");
  const apparent = Number.isNaN(date) ? 0 : Math.max(0, (responseTime - date) / 1_000);
  const said = /^\d+$/.test(headers.get("age") ?? "") ? Number(headers.get("age")) : 0;
  return Math.max(apparent, said + Math.max(0, responseTime - requestTime) / 1_000);
}
