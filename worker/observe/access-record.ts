/**
 * The access log's line of a request. It holds what is configured and what the edge has found out, and of what clients
 * send the method, the host, the path, and the request's id where that is sane: no query, no header, no cookie.
 */
import type { RequestFacts } from "./facts.ts";

/** What no header field may hold as it is. */
const CODED = /[^ -~]/g;
/** Longer paths are cut off. */
const MOST_PATH = 512;
/** The system host's own: other paths there may hold a token. */
const SYSTEM_PATHS = /^\/[\w.-]*/;

export interface AccessRecord {
  /** When it arrived, RFC 3339. */
  readonly time: string;
  readonly requestId: string;
  readonly traceId: string;
  readonly client?: string | undefined;
  readonly method: string;
  readonly scheme?: string | undefined;
  readonly host: string;
  /** Percent-encoded, as the client sent it. */
  readonly path: string;
  readonly status: number;
  /** `namespace/name`; absent where no route matches. */
  readonly ingress?: string | undefined;
  /** The rule of the Ingress: its host, and the path that matched. */
  readonly rule?: string | undefined;
  /** `namespace/name:port` of the Service. */
  readonly backend?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly upstreamStatus?: number | undefined;
  /** Why there is none: what the gateway says of the last try. */
  readonly fault?: string | undefined;
  readonly tries: number;
  /** Milliseconds to the head of the response, and what of that was spent on endpoints. */
  readonly durationMs: number;
  readonly upstreamMs?: number | undefined;
  /** As announced; absent where that is not known. */
  readonly bytes?: number | undefined;
  readonly protocol?: string | undefined;
  readonly tls?: string | undefined;
  readonly cache?: string | undefined;
  readonly limit?: string | undefined;
  readonly generation?: number | undefined;
}

export interface Asked {
  readonly method: string;
  readonly url: URL | undefined;
  readonly requestId: string;
  /** What the platform says of the connection. */
  readonly protocol?: string | undefined;
  readonly tls?: string | undefined;
}

export function accessRecord(
  facts: RequestFacts,
  { method, url, requestId, protocol, tls }: Asked,
  length: string | null,
): AccessRecord {
  const { route, backend } = facts;
  return {
    time: new Date(facts.startedAt).toISOString(),
    requestId,
    traceId: facts.trace.traceId,
    client: facts.client?.address,
    method,
    scheme: facts.client?.scheme,
    host: url?.hostname ?? "",
    path: pathOf(facts, url),
    status: facts.status,
    ingress: route?.ingress,
    rule: route && `${facts.host ?? ""}${route.match.path.value}`,
    backend: backend && `${backend.service}:${backend.port}`,
    endpoint: facts.endpoint,
    upstreamStatus: facts.upstreamStatus,
    fault: facts.fault,
    tries: facts.tries,
    durationMs: facts.durationMs,
    upstreamMs: facts.tries > 0 ? facts.upstreamMs : undefined,
    // What a HEAD announces is not sent.
    bytes: length === null ? undefined : method === "HEAD" ? 0 : Number(length),
    protocol,
    tls: tls === "" || tls === "none" ? undefined : tls,
    cache: facts.cache,
    limit: facts.limit,
    generation: facts.generation,
  };
}

/** Without its query, which may hold anything. */
export function pathOf({ isSystem }: Pick<RequestFacts, "isSystem">, url: URL | undefined): string {
  const path = url?.pathname ?? "";
  if (isSystem) return SYSTEM_PATHS.exec(path)?.[0] ?? "";
  return path.length > MOST_PATH ? `${path.slice(0, MOST_PATH)}…` : path;
}

/** Whether it is asked too often to be logged, or logged in another way: the resolver's questions, health checks. */
export function isQuiet(path: string): boolean {
  return path === "/dns-query" || path === "/healthz";
}

/** For the embedded edge's listener, which adds what it knows and writes the line: JSON in a header field. */
export function encodeRecord(record: AccessRecord): string {
  return JSON.stringify(record).replaceAll(
    CODED,
    (char) => String.raw`\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
