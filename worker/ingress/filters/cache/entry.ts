/** A response as it is kept, and how it becomes one for a client again. */
import type { Freshness } from "./response-policy.ts";

export interface EntryFacts extends Freshness {
  readonly status: number;
  /** The Service's, in its order, without Age. */
  readonly headers: readonly (readonly [string, string])[];
  /** Milliseconds since 1970. */
  readonly storedAt: number;
  /** Seconds. */
  readonly ageAtArrival: number;
}

export interface Entry {
  readonly facts: EntryFacts;
  /** Can be read once. It is encoded already, as the facts' Content-Encoding says. */
  readonly body: ReadableStream<Uint8Array> | null;
}

/** What is to be kept. */
export interface Body {
  readonly stream: ReadableStream<Uint8Array> | null;
  /** Whether it comes out of the cache, so that the runtime must not encode it. */
  readonly isEncoded: boolean;
}

const FACTS_HEADER = "lintel-entry";

/** A stale entry that can be validated is worth so many seconds. */
const REVALIDATABLE = 3_600;
/** Nothing is kept for longer, in seconds: purges need not be remembered for longer either. */
export const LONGEST_KEPT = 7 * 24 * 3_600;
/** Headers of that size are kept by no platform. */
const MOST_FACTS = 16 * 1024;

/** Statuses whose responses have no body (Fetch standard, "null body status"). */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

export function factsOf(
  { status, headers }: Pick<Response, "status" | "headers">,
  freshness: Freshness,
  ageAtArrival: number,
  storedAt: number,
): EntryFacts {
  const kept = [...headers].filter(([name]) => name !== "age");
  return { ...freshness, status, headers: kept, storedAt, ageAtArrival };
}

/** Seconds. */
export function ageOf({ ageAtArrival, storedAt }: EntryFacts, now: number): number {
  return ageAtArrival + Math.max(0, now - storedAt) / 1_000;
}

/**
 * The response that is put into the platform's cache. All that is true of it stands in one header, since caches differ in
 * what they make of others; `undefined` where that is too long.
 */
export function encodeEntry(facts: EntryFacts, { stream, isEncoded }: Body): Response | undefined {
  const text = encodeURIComponent(JSON.stringify(facts));
  if (text.length > MOST_FACTS) return undefined;
  const { lifetime, ageAtArrival, whileRevalidate, ifError } = facts;
  const validatable = facts.headers.some(([name]) => name === "etag" || name === "last-modified");
  const stale = Math.max(whileRevalidate, ifError, validatable ? REVALIDATABLE : 0);
  const kept = Math.min(LONGEST_KEPT, Math.ceil(lifetime - ageAtArrival + stale));
  if (kept <= 0) return undefined;
  const headers = new Headers({ [FACTS_HEADER]: text, "cache-control": `public, max-age=${kept}` });
  for (const [name, value] of facts.headers) {
    if (name === "content-encoding" || name === "content-type") headers.set(name, value);
  }
  return new Response(stream, { headers, encodeBody: isEncoded ? "manual" : "automatic" });
}

/** `undefined` for what encodeEntry() did not write. */
export function decodeEntry({ headers, body }: Response): Entry | undefined {
  const text = headers.get(FACTS_HEADER);
  if (text === null) return undefined;
  const facts = JSON.parse(decodeURIComponent(text)) as EntryFacts;
  return { facts: asEncoded(facts, headers.get("content-encoding")), body };
}

/** A cache may have encoded the body otherwise than it was. */
function asEncoded(facts: EntryFacts, encoding: string | null): EntryFacts {
  const before = facts.headers.find(([name]) => name === "content-encoding")?.[1] ?? null;
  if (before === encoding) return facts;
  const others = facts.headers.filter(([name]) => name !== "content-encoding" && name !== "content-length");
  return { ...facts, headers: encoding === null ? others : [...others, ["content-encoding", encoding]] };
}

/** What the client gets, but for Cache-Status. */
export function responseOf({ facts, body }: Entry, method: string, now: number): Response {
  const headers = headersOf(facts);
  headers.set("age", String(Math.floor(ageOf(facts, now))));
  const isEmpty = method === "HEAD" || BODILESS.has(facts.status);
  return new Response(isEmpty ? null : body, { status: facts.status, headers, encodeBody: "manual" });
}

/** What describes the kept body, which a 304 has none of (RFC 9111 3.2), and what is reckoned anew. */
const NOT_REFRESHED = /^(?:content-(?:length|encoding|type|range)|transfer-encoding|age)$/;

/** The kept headers, with those that a 304 says anew. */
export function refreshed(kept: Headers, answer: Headers): Headers {
  const headers = new Headers(kept);
  for (const [name, value] of answer) {
    if (!NOT_REFRESHED.test(name)) headers.set(name, value);
  }
  return headers;
}

export function headersOf({ headers }: EntryFacts): Headers {
  return new Headers(headers.map(([name, value]) => [name, value] as [string, string]));
}
