/** Under which keys a route's responses are kept. */
import type { Route } from "../../../../contract/index.ts";
import { combine, hashText } from "../../balance/hash.ts";
import { cookieOf } from "../../variables.ts";
import type { Exchange } from "../filter.ts";

/** Longer keys are no platform's. */
const LONGEST = 8_000;

/**
 * What tells this route's responses from those of every other, and from those of a configuration under which the
 * Service would have answered otherwise. Other changes of the snapshot leave it as it is.
 */
export function routeIdentity({ ingress, match, backends, filters }: Route): string {
  const { cache, rewrite, upstreamHost, requestHeaders, forwardedPrefix, forwarding } = filters ?? {};
  const text = JSON.stringify([
    [match.path.type, match.path.value],
    backends.map(({ service, port, weight }) => [service, port, weight]),
    [cache, rewrite, upstreamHost, requestHeaders, forwardedPrefix, forwarding?.scheme],
  ]);
  // The Ingress stands in the key itself: of two configurations of one, 64 bits are enough to tell.
  const [high, low] = [hashText(text), combine(hashText(`${text.length}${text}`), text.length)];
  return `${ingress}/${high.toString(36)}${low.toString(36)}`;
}

/**
 * The key of all variants of a response.
 *
 * @param epoch of the purges that concern it: a purge makes all keys new
 * @param scheme if it is not the request's own
 * @returns `undefined` where it would be too long
 */
export function baseKey(
  { view, host, hostname, client, outgoing }: Exchange,
  identity: string,
  epoch: number,
  scheme: string = client.scheme,
): string | undefined {
  const parts = [scheme, host.toLowerCase(), outgoing.host, outgoing.target].map(encodeURIComponent);
  // A hostname that the Worker serves: caches look others up.
  const key = `https://${hostname}/.lintel-cache/${view.root.cluster}/${identity}/${epoch}?${parts.join("&")}`;
  return key.length > LONGEST ? undefined : key;
}

/** What selects a variant: names of headers in lower case, and of cookies behind `cookie `. */
export interface Selectors {
  readonly names: readonly string[];
  /** Made anew with the names, so that variants of others are never found again. */
  readonly token: string;
}

export function variantKey(
  base: string,
  { names, token }: Selectors,
  exchange: Exchange,
): string | undefined {
  const values = names.map((name) => encodeURIComponent(selected(exchange, name)));
  const key = `${base}&${token}&${values.join("&")}`;
  return key.length > LONGEST ? undefined : key;
}

const COOKIE = "cookie ";

export function cookieSelectors(cookies: readonly string[] | undefined): string[] {
  return (cookies ?? []).map((name) => COOKIE + name);
}

/** The headers that a response names in Vary (RFC 9110 12.5.5). */
export function headerSelectors(headers: Headers): string[] {
  const names = headers.get("vary")?.split(",") ?? [];
  return names.map((name) => name.trim().toLowerCase()).filter((name) => name !== "");
}

/** As the Service sees it: it is the Service that has said what its response depends on. */
function selected({ outgoing, request }: Exchange, name: string): string {
  if (name.startsWith(COOKIE)) return cookieOf(request.headers, name.slice(COOKIE.length)) ?? "";
  if (name === "host") return outgoing.host;
  const value = outgoing.headers.get(name);
  // White space says nothing (RFC 9111 4.1); an absent header is another thing than an empty one.
  return value === null ? "" : `=${value.trim().replaceAll(/\s*,\s*/g, ",")}`;
}
