import type { Readable } from "node:stream";
import type { BodilessConnections } from "../http/bodiless-connections.ts";
import type { Admitted } from "./admission.ts";
import type { IsAllowed } from "./allowed-targets.ts";
import { candidates, type Resolve } from "./candidates.ts";
import { GatewayError } from "./fault.ts";
import { type GatewayLimits, type RequestLimits, requestLimits } from "./limits.ts";
import { askBodiless } from "./bodiless.ts";
import {
  type Answer,
  type Pools,
  sendTo,
  StaleConnectionError,
  type UpstreamRequest,
  verification,
} from "./upstream.ts";
import type { Waiting } from "./waiting.ts";

export interface Extras {
  /** `undefined` when there is none. */
  readonly body?: Readable | undefined;
  /** The fields that ask for another protocol. */
  readonly upgrade?: readonly string[];
}

/**
 * Asks the target of an admitted request, and waits for the head of the answer.
 *
 * @param waiting tells when nobody waits any more
 * @throws GatewayError
 */
export type Ask = (admitted: Admitted, waiting: Waiting, extras: Extras) => Promise<Answer>;

/** The connections that are kept. */
export interface Kept {
  readonly pools: Pools;
  readonly bodiless: BodilessConnections;
}

/** RFC 9110 9.2.2 */
const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/** @param authorities in PEM, for upstreams that must verify; `undefined` for those that Node trusts */
export function asker(
  isAllowed: IsAllowed,
  resolve: Resolve,
  kept: Kept,
  limits: GatewayLimits,
  authorities: string | undefined,
): Ask {
  const send = async (
    address: string,
    request: UpstreamRequest,
    limits: RequestLimits,
    isKept: boolean,
  ): Promise<Answer> => {
    if (request.scheme === "https" || request.body !== undefined || request.isUpgrade) {
      return sendTo(address, request, isKept ? kept.pools : undefined, limits);
    }
    return { kind: "response", response: await askBodiless(address, request, kept.bodiless, isKept, limits) };
  };

  /** One address, with a second try where a kept connection turned out to be closed and nothing can happen twice. */
  const askAddress = async (
    address: string,
    request: UpstreamRequest,
    limits: RequestLimits,
    isKept: boolean,
  ): Promise<Answer> => {
    try {
      return await send(address, request, limits, isKept);
    } catch (error) {
      if (!(error instanceof StaleConnectionError)) throw error;
      const mayRepeat = request.body === undefined && IDEMPOTENT.has(request.method);
      if (mayRepeat && !request.waiting.givenUp) {
        return send(address, request, limits, false);
      }
      throw new GatewayError("reset", `the upstream closed the connection: ${error.message}`, {
        cause: error,
      });
    }
  };

  return async (admitted, waiting, { body, upgrade }) => {
    const addresses = await candidates(admitted.target, isAllowed, resolve);
    const { scheme, port } = admitted.target;
    const { verify, method, path } = admitted;
    const request: UpstreamRequest = {
      scheme,
      port,
      verification: verification(verify, authorities),
      method,
      path,
      fields: upgrade === undefined ? admitted.fields : [...admitted.fields, ...upgrade],
      isUpgrade: upgrade !== undefined,
      body,
      waiting,
    };
    const own = requestLimits(limits, admitted.timeouts);
    const deadline = performance.now() + own.connectMs;
    let unreachable: unknown;
    for (const address of addresses) {
      try {
        const connectMs = Math.max(1, deadline - performance.now());
        return await askAddress(address, request, { ...own, connectMs }, !admitted.close);
      } catch (error) {
        if (!(error instanceof GatewayError) || error.fault !== "dial" || waiting.givenUp) throw error;
        unreachable = error;
      }
    }
    throw unreachable;
  };
}
