/**
 * - `token`: the API token is missing, wrong, or lacks a permission.
 * - `plan`: the zone's plan has no custom certificates.
 * - `quota`: the zone holds as many custom certificates as it may.
 * - `unavailable`: no answer, or a 5xx one.
 * - `limited`: too many requests.
 * - `record`: the record of what was uploaded cannot be understood.
 * - `settling`: what another agent has just uploaded is not in the record yet; it is looked at again later.
 * - `rejected`: any other refusal.
 */
export type StoreReason =
  "token" | "plan" | "quota" | "unavailable" | "limited" | "record" | "settling" | "rejected";

export interface StoreFailure {
  /** What was being done, and where: `list the custom certificates of zone example.com`. */
  readonly operation: string;
  readonly reason: StoreReason;
  readonly problem: string;
  /** What the operator can do about it. */
  readonly remedy: string;
  /** Cloudflare's error code, where it gave one. */
  readonly code?: number | undefined;
  /** Milliseconds to let pass before the next attempt. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/** Why certificates could not be brought in line. Routes are published all the same; trying again is always safe. */
export class CertificateStoreError extends Error {
  override name = "CertificateStoreError";
  readonly operation: string;
  readonly reason: StoreReason;
  readonly problem: string;
  readonly remedy: string;
  readonly code: number | undefined;
  readonly retryAfter: number | undefined;

  constructor(failure: StoreFailure) {
    super(`${failure.operation}: ${failure.problem}; ${failure.remedy}`, { cause: failure.cause });
    this.operation = failure.operation;
    this.reason = failure.reason;
    this.problem = failure.problem;
    this.remedy = failure.remedy;
    this.code = failure.code;
    this.retryAfter = failure.retryAfter;
  }
}
