/**
 * A request in OpenTelemetry's words (Semantic conventions for HTTP spans: server), for the span that the platform has
 * begun for it. `lintel.` is before what they have no word for.
 */
import type { AccessRecord } from "./access-record.ts";

export type Attributes = Record<string, string | number | undefined>;

export function spanAttributes(record: AccessRecord): Attributes {
  const [name = "", version] = (record.protocol ?? "").toLowerCase().split("/");
  return {
    "http.request.method": record.method,
    "url.scheme": record.scheme,
    "url.path": record.path,
    "server.address": record.host,
    "client.address": record.client,
    "http.route": record.rule,
    "http.response.status_code": record.status,
    "http.response.body.size": record.bytes,
    "http.request.resend_count": record.tries > 1 ? record.tries - 1 : undefined,
    "network.protocol.name": name === "" ? undefined : name,
    "network.protocol.version": version,
    "error.type": record.status >= 500 ? (record.fault ?? String(record.status)) : undefined,
    "lintel.ingress": record.ingress,
    "lintel.backend": record.backend,
    "lintel.endpoint": record.endpoint,
    "lintel.upstream_status_code": record.upstreamStatus,
    "lintel.cache": record.cache,
    "lintel.limit": record.limit,
    "lintel.generation": record.generation,
    "lintel.request_id": record.requestId,
    "lintel.trace_id": record.traceId,
  };
}

/** `{method} {http.route}`, or the method alone: never what a client chose (the conventions' rule for names). */
export function spanName({ method, rule }: Pick<AccessRecord, "method" | "rule">): string {
  return rule === undefined ? method : `${method} ${rule}`;
}
