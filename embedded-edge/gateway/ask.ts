import type { Readable } from "node:stream";
import type { Admitted } from "./admission.ts";
import type { IsAllowed } from "./allowed-targets.ts";
import { candidates, type Resolve } from "./candidates.ts";
import { GatewayError } from "./fault.ts";
import { type GatewayLimits, type RequestLimits, requestLimits } from "./limits.ts";
import {
  type Answer,
  type Pools,
  sendTo,
  StaleConnectionError,
  type UpstreamRequest,
  verification,
} from "./upstream.ts";
import type { Waiting } from "./waiting.ts";

/**
 * Asks the target of an admitted request, and waits for the head of the answer.
 *
 * @param fields the request's, with those of an upgrade
 * @param waiting tells when nobody waits any more
 * @throws GatewayError
 */
export type Ask = (
  admitted: Admitted,
  fields: string[],
  body: Readable | undefined,
  waiting: Waiting,
) => Promise<Answer>;

/** RFC 9110 9.2.2 */
const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/** @param authorities in PEM, for upstreams that must verify; `undefined` for those that Node trusts */
export function asker(
  isAllowed: IsAllowed,
  resolve: Resolve,
  pools: Pools,
  limits: GatewayLimits,
  authorities: string | undefined,
): Ask {
  /** One address, with a second try where a kept connection turned out to be closed and nothing can happen twice. */
  const askAddress = async (
    address: string,
    request: UpstreamRequest,
    limits: RequestLimits,
    kept: Pools | undefined,
  ): Promise<Answer> => {
    try {
      return await sendTo(address, request, kept, limits);
    } catch (error) {
      if (!(error instanceof StaleConnectionError)) throw error;
      const mayRepeat = request.body === undefined && IDEMPOTENT.has(request.method);
      if (mayRepeat && !request.waiting.givenUp) {
        return sendTo(address, request, undefined, limits);
      }
      throw new GatewayError("reset", `the upstream closed the connection: ${error.message}`, {
        cause: error,
      });
    }
  };

  return async (admitted, fields, body, waiting) => {
    const addresses = await candidates(admitted.target, isAllowed, resolve);
    const { scheme, port } = admitted.target;
    const { verify, method, path } = admitted;
    const request: UpstreamRequest = {
      scheme,
      port,
      verification: verification(verify, authorities),
      method,
      path,
      fields,
      body,
      waiting,
    };
    const own = requestLimits(limits, admitted.timeouts);
    const kept = admitted.close ? undefined : pools;
    const deadline = performance.now() + own.connectMs;
    let unreachable: unknown;
    for (const address of addresses) {
      try {
        const connectMs = Math.max(1, deadline - performance.now());
        return await askAddress(address, request, { ...own, connectMs }, kept);
      } catch (error) {
        if (!(error instanceof GatewayError) || error.fault !== "dial" || waiting.givenUp) throw error;
        unreachable = error;
      }
    }
    throw unreachable;
  };
}
