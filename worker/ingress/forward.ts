/** One request to one upstream, through the origin gateway. */
import {
  GATEWAY_FAULT_HEADER,
  GATEWAY_HEADERS,
  type GatewayFault,
  isGatewayFault,
} from "../../contract/index.ts";
import type { Gateway } from "./gateway.ts";
import type { Upstream } from "./pool.ts";

/** The gateway itself could not be reached, or is not there. */
export class GatewayUnreachableError extends Error {
  override name = "GatewayUnreachableError";
}

export interface ForwardRequest {
  readonly url: string;
  readonly method: string;
  /** Those of upstreamHeaders(); what the gateway is told is added to them. */
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array> | null;
  /** The Host header that the upstream sees. */
  readonly host: string;
  /** As encodeTimeouts() writes them. */
  readonly timeouts?: string | undefined;
  /** The name that an https upstream's certificate must bear. */
  readonly verify?: string | undefined;
  /** Whether the upstream's connection is closed behind the response. */
  readonly close?: boolean;
  /** The response's body is read as it came, not decoded as Content-Encoding says: for who only passes it on. */
  readonly asEncoded?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export type Forward = (request: ForwardRequest, upstream: Upstream) => Promise<Response | GatewayFault>;

/** @param gateway `undefined` where none is configured: every request then fails. */
export function forwarder(gateway: Gateway | undefined, secret: string): Forward {
  return async (request, upstream) => {
    if (gateway === undefined) {
      throw new GatewayUnreachableError(
        "no origin gateway is configured: bind it as CLUSTER in wrangler.toml, or set LINTEL_GATEWAY_URL",
      );
    }
    const { url, method, headers, body, host, timeouts, verify, close, asEncoded, signal } = request;
    headers.set(GATEWAY_HEADERS.upstream, upstream);
    headers.set(GATEWAY_HEADERS.host, host);
    headers.set(GATEWAY_HEADERS.secret, secret);
    if (timeouts !== undefined) headers.set(GATEWAY_HEADERS.timeouts, timeouts);
    if (verify !== undefined) headers.set(GATEWAY_HEADERS.verify, verify);
    if (close === true) headers.set(GATEWAY_HEADERS.connection, "close");
    let response: Response;
    try {
      const encodeResponseBody = asEncoded === true ? "manual" : "automatic";
      const init: RequestInit = { method, headers, body, redirect: "manual", encodeResponseBody };
      if (signal !== undefined) init.signal = signal;
      response = await gateway.fetch(url, init);
    } catch (cause) {
      throw new GatewayUnreachableError("the origin gateway cannot be reached", { cause });
    }
    const fault = response.headers.get(GATEWAY_FAULT_HEADER);
    if (fault === null && isFinal(response)) return response;
    await response.body?.cancel();
    return isGatewayFault(fault) ? fault : "reset";
  };
}

/** Fetch can pass on no other status (RFC 9110 15: valid ones are below 600); 101 belongs to a WebSocket. */
function isFinal({ status, webSocket }: Response): boolean {
  return (status >= 200 && status < 600) || (webSocket ?? null) !== null;
}
