/**
 * - `token`: the API token is missing, wrong, or may not write to Workers KV.
 * - `namespace`: account or namespace do not exist, or the URL is not that of a KV API.
 * - `unavailable`: no answer, or a 5xx one.
 * - `limited`: too many requests.
 * - `incomplete`: KV took a part of the pairs and refused the rest again and again.
 * - `value`: a value is larger than KV can hold.
 * - `keys`: the signing key is not the one that the public key belongs to, here or at the edge.
 * - `contract`: what was compiled is not what the contract allows, so the edge could not read it.
 * - `conflict`: other writers publish the same cluster faster than this one can follow.
 * - `stopped`: the agent stops or no longer leads; what was under way was given up.
 * - `rejected`: any other refusal.
 */
export type PublishReason =
  | "token"
  | "namespace"
  | "unavailable"
  | "limited"
  | "incomplete"
  | "value"
  | "keys"
  | "contract"
  | "conflict"
  | "stopped"
  | "rejected";

export interface PublishFailure {
  /** What was being done, and where: `read default/head from KV namespace 0f2a`. */
  readonly operation: string;
  readonly reason: PublishReason;
  readonly problem: string;
  /** What the operator can do about it. */
  readonly remedy: string;
  /** Milliseconds that the server asked to be left alone. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/** Why a snapshot could not be published. The edge keeps what it has; trying again is always safe. */
export class PublishError extends Error {
  override name = "PublishError";
  readonly operation: string;
  readonly reason: PublishReason;
  readonly remedy: string;
  readonly retryAfter: number | undefined;

  constructor(failure: PublishFailure) {
    super(`${failure.operation}: ${failure.problem}; ${failure.remedy}`, { cause: failure.cause });
    this.operation = failure.operation;
    this.reason = failure.reason;
    this.remedy = failure.remedy;
    this.retryAfter = failure.retryAfter;
  }
}

/** The messages of an error and its causes: those of fetch and of the SDK say no more than that something failed. */
export function problemOf(error: unknown): string {
  const texts: string[] = [];
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { message, name, code } = cause as NodeJS.ErrnoException;
    texts.push((message === "" ? (code ?? name) : message).slice(0, 300));
  }
  return texts.length === 0 ? String(error) : texts.join(": ");
}
