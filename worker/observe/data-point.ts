/**
 * A request as a data point of Workers Analytics Engine, whose columns have numbers for names. docs/observability.md lists
 * them. Within its limits: 20 blobs of 16 KB in all, 20 doubles, one index of 96 bytes, one point of 250 a request.
 */
import type { AccessRecord } from "./access-record.ts";
import type { RequestFacts } from "./facts.ts";

export interface DataPoint {
  readonly indexes: string[];
  readonly blobs: string[];
  readonly doubles: number[];
}

/** A point with a longer index is dropped. Names of Kubernetes are ASCII. */
const MOST_INDEX = 96;

/** In their order: blob1, blob2 …; empty where there is none. */
export const BLOBS = [
  "cluster",
  "ingress",
  "rule",
  "method",
  "code",
  "backend",
  "endpoint",
  "fault",
  "cache",
  "limit",
  "protocol",
  "tls",
] as const;

/** double1, double2 …; 0 where there is none. */
export const DOUBLES = [
  "status",
  "upstreamStatus",
  "durationMs",
  "upstreamMs",
  "tries",
  "bytes",
  "generation",
] as const;

/** Holds nothing that clients choose but the method, which is one that is served. */
export function dataPoint(cluster: string, { isSystem }: RequestFacts, record: AccessRecord): DataPoint {
  const ingress = record.ingress ?? (isSystem ? "system" : "none");
  const blobs: Record<(typeof BLOBS)[number], string | undefined> = {
    ...record,
    cluster,
    ingress,
    rule: record.rule,
    code: `${Math.floor(record.status / 100)}xx`,
    backend: record.backend,
    endpoint: record.endpoint,
    fault: record.fault,
    cache: record.cache,
    limit: record.limit,
    protocol: record.protocol,
    tls: record.tls,
  };
  return {
    indexes: [ingress.slice(0, MOST_INDEX)],
    blobs: BLOBS.map((name) => blobs[name] ?? ""),
    doubles: DOUBLES.map((name) => record[name] ?? 0),
  };
}
