/** What a request wants of a cache (RFC 9111 5.2.1, 4). */
import { parseCacheControl, secondsOf } from "./cache-control.ts";

export interface Wish {
  /** Nothing is served that was not validated for this request. */
  readonly noCache: boolean;
  readonly onlyIfCached: boolean;
  /** Seconds that the response may be old at most. */
  readonly maxAge: number;
  /** Seconds that it must stay fresh for. */
  readonly minFresh: number;
}

const ANY: Wish = { noCache: false, onlyIfCached: false, maxAge: Infinity, minFresh: 0 };

/** Parts of a response and preconditions for a change (RFC 9110 13.1) are between client and Service. */
const BYPASSING = ["range", "if-range", "if-match", "if-unmodified-since", "upgrade"];

/** `undefined` where the cache has no part in the request. */
export function wishOf({ method, headers }: Request): Wish | undefined {
  if (method !== "GET" && method !== "HEAD") return undefined;
  if (BYPASSING.some((name) => headers.has(name))) return undefined;
  const text = headers.get("cache-control");
  // RFC 9111 5.4: what HTTP/1.0 says counts where HTTP/1.1 says nothing.
  if (text === null) return headers.get("pragma")?.includes("no-cache") ? { ...ANY, noCache: true } : ANY;
  const directives = parseCacheControl(text);
  if (directives.has("no-store")) return undefined;
  return {
    noCache: directives.has("no-cache"),
    onlyIfCached: directives.has("only-if-cached"),
    maxAge: secondsOf(directives, "max-age") ?? Infinity,
    minFresh: secondsOf(directives, "min-fresh") ?? 0,
  };
}

/** RFC 9110 9.2.1: all others may change what was stored. */
export function isSafe(method: string): boolean {
  return method === "GET" || method === "HEAD" || method === "OPTIONS";
}
