/** What a check says. */
import type { Warning } from "../warning.ts";
import type { CorefileReport } from "./corefile-report.ts";

/**
 * - `served`: as it is written;
 * - `notes`: something is approximated, or ignored without harm;
 * - `change`: something is refused, or cannot be served.
 */
export type Verdict = "served" | "notes" | "change";

/** An annotation that is served, though not in every point as ingress-nginx did. */
export interface Approximation {
  /** With its prefix. */
  readonly annotation: string;
  readonly difference: string;
}

export type Finding = Pick<Warning, "field" | "reason" | "message" | "remedy">;

export interface IngressReport {
  /** `namespace/name`. */
  readonly ingress: string;
  readonly class: string | undefined;
  readonly hosts: number;
  readonly paths: number;
  readonly verdict: Verdict;
  /** Annotations that are served as they are, with their prefix. */
  readonly annotations: readonly string[];
  readonly approximated: readonly Approximation[];
  /** What is ignored, and harms nothing. */
  readonly notes: readonly Finding[];
  /** What is refused or cannot be served. */
  readonly refused: readonly Finding[];
}

export interface CheckReport {
  /** By `namespace/name`. */
  readonly ingresses: readonly IngressReport[];
  readonly corefiles: readonly CorefileReport[];
  /** Of other objects, and of files that cannot be read. */
  readonly others: readonly Warning[];
  readonly summary: {
    readonly ingresses: number;
    readonly served: number;
    readonly notes: number;
    readonly change: number;
  };
}
