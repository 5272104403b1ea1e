/** What became of one request: filled in where it is decided, read by the access log, metrics and traces at the end. */
import type { Backend, ClientFacts, GatewayFault, Route } from "../../contract/index.ts";
import { NO_TRACE, type TraceContext } from "./trace-context.ts";
import type { Served } from "./traffic.ts";

/** What a cache has made of a request; `stale` is a hit as well, `updated` was confirmed by the Service. */
export const CACHE_OUTCOMES = ["hit", "stale", "miss", "updated"] as const;
export type CacheOutcome = (typeof CACHE_OUTCOMES)[number];

export const LIMIT_KINDS = ["rate", "connections"] as const;
export type LimitKind = (typeof LIMIT_KINDS)[number];

export class RequestFacts implements Served {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly trace: TraceContext;
  client: ClientFacts | undefined = undefined;
  /** For the edge's own endpoints. */
  isSystem = false;
  generation: number | undefined = undefined;
  host: string | undefined = undefined;
  route: Route | undefined = undefined;
  backend: Backend | undefined = undefined;
  endpoint: string | undefined = undefined;
  tries = 0;
  /** Of the last try. */
  fault: GatewayFault | undefined = undefined;
  upstreamStatus: number | undefined = undefined;
  /** From the first try to the head of the last response. */
  upstreamMs = 0;
  cache: CacheOutcome | undefined = undefined;
  limit: LimitKind | undefined = undefined;
  status = 0;
  /** To the head of the response. */
  durationMs = 0;

  constructor(startedAt = 0, trace: TraceContext = NO_TRACE) {
    this.startedAt = startedAt;
    this.trace = trace;
  }
}
