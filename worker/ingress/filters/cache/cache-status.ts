/** The Cache-Status header (RFC 9211): what a cache has made of a request. */

/** Why a request was forwarded (RFC 9211 2.2). */
export type Forwarded = "uri-miss" | "vary-miss" | "stale" | "request" | "method";

const NAME = "Cache-Status";
const CACHE = "lintel";

/** @param ttl seconds; less than 0 for a stale response */
export function setHit(headers: Headers, ttl: number): void {
  headers.append(NAME, `${CACHE}; hit; ttl=${Math.floor(ttl)}`);
}

/** @param status of the Service's answer, where it is not the response's */
export function setForwarded(headers: Headers, reason: Forwarded, stored: boolean, status?: number): void {
  const answered = status === undefined ? "" : `; fwd-status=${status}`;
  headers.append(NAME, `${CACHE}; fwd=${reason}${answered}${stored ? "; stored" : ""}`);
}
