/** Requests that failed of late, each with why: for who asks about a 503, or has the request id of an error page. Pure. */
import { type GatewayFault, isGatewayFault } from "../../../contract/index.ts";
import type { AccessRecord } from "../../observe/access-record.ts";

export interface Failure {
  /** When it arrived, RFC 3339. */
  readonly time: string;
  readonly requestId: string;
  readonly method: string;
  readonly scheme: string | null;
  readonly host: string;
  readonly path: string;
  readonly status: number;
  /** `namespace/name`. */
  readonly ingress: string | null;
  /** `namespace/name:port`. */
  readonly service: string | null;
  /** Who was tried last. */
  readonly endpoint: string | null;
  readonly tries: number;
  readonly durationMs: number;
  readonly generation: number | null;
  /** One sentence. */
  readonly reason: string;
}

export function failureOf(record: AccessRecord): Failure {
  const { time, requestId, method, scheme, host, path, status, tries, durationMs } = record;
  return {
    time,
    requestId,
    method,
    scheme: scheme ?? null,
    host,
    path,
    status,
    ingress: record.ingress ?? null,
    service: record.backend ?? null,
    endpoint: record.endpoint ?? null,
    tries,
    durationMs,
    generation: record.generation ?? null,
    reason: reasonOf(record),
  };
}

/** @param query a part of a request's id, host, path, Ingress, Service or endpoint. */
export function failuresFound(records: readonly AccessRecord[], query: string): Failure[] {
  const wanted = query.trim().toLowerCase();
  const failures = records.map(failureOf);
  if (wanted === "") return failures;
  return failures.filter(({ requestId, host, path, ingress, service, endpoint }) =>
    [requestId, `${host}${path}`, ingress, service, endpoint].some(
      (text) => text?.toLowerCase().includes(wanted) === true,
    ),
  );
}

const FAULTS: Readonly<Record<GatewayFault, (endpoint: string, tried: string) => string>> = {
  dial: (endpoint, tried) =>
    `No connection to ${endpoint} could be made${tried}: is the pod there, and does it listen?`,
  reset: (endpoint, tried) => `The connection to ${endpoint} broke off before it had answered${tried}.`,
  timeout: (endpoint, tried) => `No answer came from ${endpoint} in time${tried}.`,
  target: (endpoint) =>
    `The gateway may not connect to ${endpoint}: it lies outside the address ranges that it is allowed.`,
  secret: () => "The gateway does not know this edge: their secrets differ.",
};

function reasonOf(record: AccessRecord): string {
  const { status, ingress, backend, endpoint, upstreamStatus, fault, tries, limit } = record;
  const tried = tries > 1 ? ` after ${tries} tries` : "";
  if (limit !== undefined) return `A limit (${limit}) refused it.`;
  const faulty = fault !== undefined && isGatewayFault(fault) ? FAULTS[fault] : undefined;
  if (faulty !== undefined) return faulty(endpoint ?? "the endpoint", tried);
  if (upstreamStatus !== undefined && upstreamStatus >= 500) {
    return `${endpoint ?? "The Service"} answered ${upstreamStatus} itself${tried}.`;
  }
  if (ingress === undefined) return "The edge failed before it found a rule: its log has the request id.";
  if (tries === 0 && backend !== undefined && status === 503) return `No endpoint of ${backend} is ready.`;
  if (tries === 0 && backend === undefined && status === 503) {
    return "The rule leads to no Service that is there, or a filter refuses all requests.";
  }
  return "The edge answered so itself: Explain has the rule's filters.";
}
