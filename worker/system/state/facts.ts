/**
 * What the edge knows besides its snapshot, as its pages and `/api` show it. Each may be unknown: an agent may be older
 * than this edge, and an isolate that has just begun has seen no traffic. Plain JSON: `null` for what is not known.
 */

export interface Counts {
  readonly requests: number;
  /** Of these, answered with 5xx; at an endpoint also tries that failed. */
  readonly errors: number;
}

/** Requests of the last minutes that took one way, as this isolate has counted them. */
export interface TrafficFlow extends Counts {
  /** The host as its rules have it: `shop.example`, `*.shop.example`, `*`. */
  readonly host: string;
  /** `namespace/name:port`. */
  readonly service: string;
  /** `10.244.3.7:8080`; empty for those that reached none, and for those that are not told apart. */
  readonly endpoint: string;
  /** How many of them took how many milliseconds together. */
  readonly timed: number;
  readonly tookMs: number;
}

export interface TrafficPoint extends Counts {
  /** When its step began, milliseconds since 1970. */
  readonly time: number;
  /** Answered with 4xx. */
  readonly clientErrors: number;
  /** Milliseconds; `null` where there was no request. */
  readonly p50: number | null;
  readonly p99: number | null;
}

export interface TrafficFacts {
  /** When this isolate began to count, milliseconds since 1970. */
  readonly since: number;
  readonly stepSeconds: number;
  /** The oldest first, without gaps. */
  readonly points: readonly TrafficPoint[];
  /** Of about how long `flows` tell. */
  readonly flowsMinutes: number;
  readonly flows: readonly TrafficFlow[];
}

export interface ReportedWarning {
  /** `Ingress shop/web`. */
  readonly object: string;
  readonly field: string;
  readonly message: string;
  readonly remedy: string;
}

/** What the agent last said of itself. */
export interface AgentFacts {
  readonly id: string;
  readonly version: string;
  /** What it follows. */
  readonly mode: string;
  /** When it said so, milliseconds since 1970 by the agent's clock. */
  readonly time: number;
  /** Whether it promised to report again and has not; `null` where it promised nothing. */
  readonly silent: boolean | null;
  readonly checks: readonly { readonly name: string; readonly problem: string | null }[];
  readonly compileMs: number | null;
  readonly publishMs: number | null;
  readonly warnings: readonly ReportedWarning[];
  /** Warnings besides, of which the report holds no more than the number. */
  readonly omitted: number;
}

/** `problem`: why nothing is known of the agent; `null` where none has reported. */
export type FoundAgent =
  { readonly agent: AgentFacts } | { readonly agent: null; readonly problem: string | null };
