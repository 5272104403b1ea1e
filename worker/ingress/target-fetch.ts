/** Requests that the edge itself makes: to where a Target of a route's filters points. */
import type { Target } from "../../contract/index.ts";
import type { Exchange } from "./filters/filter.ts";

export interface TargetRequest {
  readonly method: string;
  /** Host is not one of them; nothing is added to them but what the gateway is told. */
  readonly headers: Headers;
  readonly body?: Uint8Array<ArrayBuffer> | null | undefined;
  /** The Host to present; the target's own without. Hosts outside of the cluster see their own in any case. */
  readonly host?: string | undefined;
  /** Milliseconds until the head of the response must be there. */
  readonly timeoutMs: number;
}

/**
 * The response, whatever its status. Redirects are not followed. Who has no use for the body cancels it.
 *
 * @param exchange gives the snapshot that serves the request, and the values of the target's variables
 * @throws TargetError, and SnapshotUnavailableError
 */
export type TargetFetch = (exchange: Exchange, request: TargetRequest) => Promise<Response>;

/** Prepares a target, once for a route. */
export type Targets = (target: Target) => TargetFetch;

/** There is no response: the target cannot be reached, has no endpoint, does not answer in time, or is not allowed. */
export class TargetError extends Error {
  override name = "TargetError";
}
