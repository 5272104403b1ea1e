/** What the listener makes of a client's request head before the Worker sees it. Pure. */
import { isAuthority } from "../http/authority.ts";
import { endToEndFields, type RawFields, valuesOf } from "../http/fields.ts";
import { type Framing, framingFields, requestFraming } from "../http/framing.ts";

export interface RequestHead {
  readonly method: string;
  /** Origin-form, as the client sent it but for characters that no URL has: those are percent-encoded. */
  readonly path: string;
  readonly framing: Framing;
  /** Host first; nothing of the client's connection, and nothing that only we may say. */
  readonly fields: string[];
}

/** A request that no Worker gets to see. */
export interface Refusal {
  readonly status: 400 | 501;
  readonly problem: string;
}

/** RFC 3986 characters and the few more that Node's parser lets pass; no fragment. */
const PATH = /^\/[\x21\x22\x24-\x7e]*$/;
/**
 * Characters that RFC 3986 has nowhere, and nginx takes as they are. workerd refuses some, and takes a backslash for a
 * slash.
 */
const NOT_IN_URLS = /["<>\\^`{|}]/g;
const ABSOLUTE = /^https?:\/\/([^/?#]*)(.*)$/i;
const METHOD = /^[A-Z][A-Z0-9_-]*$/;

const BAD_HOST: Refusal = { status: 400, problem: "the Host header is missing or malformed" };
const BAD_TARGET: Refusal = { status: 400, problem: "the request target is malformed" };
const BAD_METHOD: Refusal = { status: 400, problem: "the method is malformed or not served" };
const BAD_CODING: Refusal = { status: 501, problem: "the transfer coding is not supported" };

export function isRefusal(head: RequestHead | Refusal): head is Refusal {
  return "problem" in head;
}

/** Reads the head of an HTTP/1.x request (RFC 9112 3.2). */
export function http1Head(method: string, target: string, raw: RawFields): RequestHead | Refusal {
  const hosts = valuesOf(raw, "host");
  const absolute = ABSOLUTE.exec(target);
  // RFC 9112 3.2.2: the authority of an absolute-form target stands in for Host.
  const host = absolute?.[1] ?? hosts[0];
  if (hosts.length !== 1 || host === undefined) return BAD_HOST;
  const framing = requestFraming(raw);
  if (framing === undefined) return BAD_CODING;
  const path = absolute === null ? target : originForm(absolute[2] ?? "");
  return head(method, path, host, framing, raw);
}

/** Reads the head of an HTTP/2 request (RFC 9113 8.3.1), made of fields with the pseudo-header fields among them. */
export function http2Head(raw: RawFields, endsWithHead: boolean): RequestHead | Refusal {
  const [method = ""] = valuesOf(raw, ":method");
  const [path = ""] = valuesOf(raw, ":path");
  const [authority] = valuesOf(raw, ":authority");
  const hosts = valuesOf(raw, "host");
  const host = authority ?? hosts[0];
  if (host === undefined || hosts.some((other) => other !== host)) return BAD_HOST;
  const [length] = valuesOf(raw, "content-length");
  const framing =
    endsWithHead || Number(length) === 0 ? "none" : length === undefined ? "chunked" : Number(length);
  return head(method, path, host, framing, raw);
}

function head(
  method: string,
  path: string,
  host: string,
  sent: Framing,
  raw: RawFields,
): RequestHead | Refusal {
  if (!METHOD.test(method) || method === "CONNECT") return BAD_METHOD;
  if (!PATH.test(path)) return BAD_TARGET;
  if (!isAuthority(host)) return BAD_HOST;
  // A Worker's Request cannot have a body with these methods, and nobody gives it a meaning (RFC 9110 9.3.1).
  const framing = method === "GET" || method === "HEAD" ? "none" : sent;
  return {
    method,
    path: path.replaceAll(NOT_IN_URLS, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`),
    framing,
    fields: [
      "Host",
      host,
      ...joinCookies(endToEndFields(raw, isNotPassed)),
      ...framingFields(framing, method),
    ],
  };
}

function originForm(rest: string): string {
  return rest.startsWith("/") ? rest : `/${rest}`;
}

/**
 * RFC 9113 8.2.3: a cookie may come in pieces, and is one field again in HTTP/1.1. Some send it in pieces there, too; a
 * Worker would join them by commas, which no server takes apart.
 */
function joinCookies(fields: string[]): string[] {
  const crumbs = valuesOf(fields, "cookie");
  if (crumbs.length < 2) return fields;
  return [...endToEndFields(fields, (name) => name === "cookie"), "cookie", crumbs.join("; ")];
}

function isNotPassed(name: string): boolean {
  return (
    name.startsWith(":") ||
    name === "host" ||
    name === "content-length" ||
    // Answered by the listener itself.
    name === "expect" ||
    // What edge and gateway say to each other (contract/).
    name.startsWith("lintel-") ||
    // workerd's direct socket reads `request.cf` from it.
    name === "mf-cf-blob"
  );
}
