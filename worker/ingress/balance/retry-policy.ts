/** What is tried again at another endpoint (nginx `proxy_next_upstream`, `_tries` and `_timeout`). */
import type { Forwarding, GatewayFault } from "../../../contract/index.ts";

/** nginx: methods for which twice is not the same as once. */
const NON_IDEMPOTENT: ReadonlySet<string> = new Set(["POST", "LOCK", "PATCH"]);

export interface RetryPolicy {
  /** Infinity for as many as there are endpoints. */
  readonly tries: number;
  /** Milliseconds since the first try, after which there is no other. */
  readonly timeout: number;
  /** Whether what became of a try is a reason for another. */
  applies(outcome: GatewayFault | Response, method: string): boolean;
}

/** ingress-nginx's defaults. */
const DEFAULTS = { retryOn: ["error", "timeout"], tries: 3 } as const;

/** Most routes have none of their own. */
let usual: RetryPolicy | undefined;

export function retryPolicyOf(forwarding: Forwarding | undefined): RetryPolicy {
  return forwarding === undefined ? (usual ??= policyOf(undefined)) : policyOf(forwarding);
}

function policyOf(forwarding: Forwarding | undefined): RetryPolicy {
  const conditions = new Set<unknown>(forwarding?.retryOn ?? DEFAULTS.retryOn);
  const tries = forwarding?.tries ?? DEFAULTS.tries;
  const twiceAnyway = conditions.has("non_idempotent");
  const onFault: Readonly<Record<GatewayFault, boolean>> = {
    // The gateway does not tell a refused connection from one that did not come about in time.
    dial: conditions.has("error") || conditions.has("timeout"),
    // Nor an answer that broke off from one that was none.
    reset: conditions.has("error") || conditions.has("invalid_header"),
    timeout: conditions.has("timeout"),
    // The same elsewhere: the gateway's configuration is wrong.
    target: false,
    secret: false,
  };
  return {
    tries: tries === 0 ? Infinity : tries,
    timeout: forwarding?.triesMs ?? Infinity,
    applies(outcome, method) {
      // Nothing was sent, so nothing can happen twice.
      if (outcome === "dial") return onFault.dial;
      // First, since it is false for nearly every response.
      const isReason = typeof outcome === "string" ? onFault[outcome] : conditions.has(outcome.status);
      return isReason && (twiceAnyway || !NON_IDEMPOTENT.has(method));
    },
  };
}
