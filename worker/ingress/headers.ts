/** Headers as they go to the upstream and come back from it (ingress-nginx: its nginx.tmpl; RFC 9110 7.6.1). */
import type { ClientFacts } from "../../contract/index.ts";
import { type HeaderLookup, ReadHeaders } from "./read-headers.ts";

/** Belong to one connection, whether or not `Connection` names them. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
]);

const OWN_PREFIX = "lintel-";
/** Between an operator and the edge (named-generation.ts): the listener leaves them alone, and no Service has a part in it. */
export const DEBUG_HEADER = "x-lintel-debug";
export const GENERATION_HEADER = "x-lintel-generation";

/**
 * Other proxies' words on where a request came from, which no upstream here should believe. `proxy` is read as
 * HTTP_PROXY by CGI programs (CVE-2016-5385); X-Forwarded-Prefix is the edge's to set (ingress-nginx).
 */
const HEARSAY: ReadonlySet<string> = new Set([
  "forwarded",
  "proxy",
  "cf-connecting-ip",
  "cf-connecting-ipv6",
  "cf-connecting-o2o",
  "true-client-ip",
  "x-forwarded-prefix",
  "http2-settings",
  DEBUG_HEADER,
]);

const REQUEST_ID = /^[\w.:=+/-]{1,128}$/;

/** The client's X-Request-ID where it is sane, as ingress-nginx keeps it; a new one of 32 hexadecimal digits else. */
export function requestIdOf(headers: HeaderLookup): string {
  const given = headers.get("x-request-id");
  return given !== null && REQUEST_ID.test(given) ? given : crypto.randomUUID().replaceAll("-", "");
}

/**
 * What the upstream is told. Of what the client claims about itself nothing is passed on as fact, also not under names
 * with underscores, which many programs take for the same as with dashes (nginx: `underscores_in_headers off`).
 */
export function upstreamHeaders(
  request: Request,
  host: string,
  client: ClientFacts,
  requestId: string,
  read = new ReadHeaders(request.headers),
): Headers {
  const headers = new Headers(request.headers);
  // Fetch sends no body with these.
  const isBodiless = request.method === "GET" || request.method === "HEAD";
  dropNames(headers, read.keys(), (name) => {
    if (name === "upgrade") return read.get(name)?.toLowerCase() !== "websocket";
    if (name === "content-length") return isBodiless;
    return HEARSAY.has(name) || name.includes("_");
  });
  // Connection may have named it.
  const forwardedFor = read.get("x-forwarded-for") === null ? null : headers.get("x-forwarded-for");
  if (forwardedFor !== null) headers.set("x-original-forwarded-for", forwardedFor);
  else if (read.get("x-original-forwarded-for") !== null) headers.delete("x-original-forwarded-for");
  headers.set("x-request-id", requestId);
  headers.set("x-real-ip", client.address);
  headers.set("x-forwarded-for", client.address);
  headers.set("x-forwarded-host", host);
  headers.set("x-forwarded-port", String(client.port));
  headers.set("x-forwarded-proto", client.scheme);
  headers.set("x-forwarded-scheme", client.scheme);
  headers.set("x-scheme", client.scheme);
  return headers;
}

/** Cleans an upstream's response for the client. */
export function finishResponseHeaders(headers: Headers, now: () => number): void {
  dropNames(headers, headers.keys(), (name) => name === GENERATION_HEADER);
  headers.set("server", "lintel");
  if (!headers.has("date")) headers.set("date", new Date(now()).toUTCString());
}

/**
 * Drops what belongs to the connection or is the edge's own, and what is dropped besides. Names are gone through once,
 * since each look into headers leaves JavaScript.
 */
function dropNames(headers: Headers, names: Iterable<string>, isDropped: (name: string) => boolean): void {
  let dropped: string[] | undefined;
  for (const name of names) {
    const isConnections = HOP_BY_HOP.has(name);
    if (!isConnections && !name.startsWith(OWN_PREFIX) && !isDropped(name)) continue;
    dropped ??= [];
    dropped.push(name);
    if (name === "connection") dropped.push(...namedBy(headers.get(name) ?? ""));
  }
  if (dropped === undefined) return;
  for (const name of dropped) headers.delete(name);
}

/** What `Connection` names besides. */
function namedBy(connection: string): string[] {
  return connection
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((token) => token !== "upgrade" && /^[\w!#$%&'*+.^`|~-]+$/.test(token));
}
