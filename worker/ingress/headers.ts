/** Headers as they go to the upstream and come back from it (ingress-nginx: its nginx.tmpl; RFC 9110 7.6.1). */
import type { ClientFacts } from "../../contract/index.ts";

/** Belong to one connection, whether or not `Connection` names them. */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
];

const OWN_PREFIX = "lintel-";

/**
 * Other proxies' words on where a request came from, which no upstream here should believe. `proxy` is read as
 * HTTP_PROXY by CGI programs (CVE-2016-5385); X-Forwarded-Prefix is the edge's to set (ingress-nginx).
 */
const HEARSAY = [
  "forwarded",
  "proxy",
  "cf-connecting-ip",
  "cf-connecting-ipv6",
  "cf-connecting-o2o",
  "true-client-ip",
  "x-forwarded-prefix",
  "http2-settings",
];

const REQUEST_ID = /^[\w.:=+/-]{1,128}$/;

/** The client's X-Request-ID where it is sane, as ingress-nginx keeps it; a new one of 32 hexadecimal digits else. */
export function requestIdOf(headers: Headers): string {
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
): Headers {
  const headers = new Headers(request.headers);
  const upgrade = isWebSocketUpgrade(headers);
  dropConnectionHeaders(headers);
  dropNames(headers, (name) => name.includes("_"));
  if (!upgrade) headers.delete("upgrade");
  // Fetch sends no body with these.
  if (request.method === "GET" || request.method === "HEAD") headers.delete("content-length");
  const forwardedFor = headers.get("x-forwarded-for");
  if (forwardedFor === null) headers.delete("x-original-forwarded-for");
  else headers.set("x-original-forwarded-for", forwardedFor);
  headers.set("x-request-id", requestId);
  headers.set("x-real-ip", client.address);
  headers.set("x-forwarded-for", client.address);
  headers.set("x-forwarded-host", host);
  headers.set("x-forwarded-port", String(client.port));
  headers.set("x-forwarded-proto", client.scheme);
  headers.set("x-forwarded-scheme", client.scheme);
  headers.set("x-scheme", client.scheme);
  for (const name of HEARSAY) headers.delete(name);
  return headers;
}

/** Cleans an upstream's response for the client. */
export function finishResponseHeaders(headers: Headers, now: () => number): void {
  dropConnectionHeaders(headers);
  headers.set("server", "lintel");
  if (!headers.has("date")) headers.set("date", new Date(now()).toUTCString());
}

function isWebSocketUpgrade(headers: Headers): boolean {
  return headers.get("upgrade")?.toLowerCase() === "websocket";
}

function dropConnectionHeaders(headers: Headers): void {
  const named = headers.get("connection");
  if (named !== null) {
    for (const name of named.split(",")) {
      const token = name.trim().toLowerCase();
      if (token !== "upgrade" && /^[\w!#$%&'*+.^`|~-]+$/.test(token)) headers.delete(token);
    }
  }
  for (const name of HOP_BY_HOP) headers.delete(name);
  dropNames(headers, (name) => name.startsWith(OWN_PREFIX));
}

function dropNames(headers: Headers, isDropped: (name: string) => boolean): void {
  for (const name of Array.from(headers.keys()).filter(isDropped)) headers.delete(name);
}
