/**
 * What the edge says to the origin gateway, in headers of the request that it forwards, and what the gateway says
 * back. The gateway removes every `lintel-` header before it forwards; the edge removes them from responses.
 */

export const GATEWAY_HEADERS = {
  /** `http://10.244.3.7:8080`: where to dial. An IPv6 address stands in brackets; a name is resolved by the gateway. */
  upstream: "lintel-upstream",
  /** The Host header to present to the upstream. */
  host: "lintel-host",
  /** Proves that the request comes from the edge. */
  secret: "lintel-secret",
  /**
   * Optional, for `https://` upstreams: the DNS name that the upstream's certificate must bear, signed by an authority
   * that the gateway trusts. It is the server name of the handshake, too. Without it nothing is verified, and no server
   * name sent. A certificate that does not verify is a `dial` fault.
   */
  verify: "lintel-verify",
  /**
   * Optional: see encodeTimeouts(). Where it is missing, or the gateway cannot set timeouts for a single request, the
   * gateway's own hold.
   */
  timeouts: "lintel-timeouts",
  /**
   * Optional, `close`: the connection is not used again, and the upstream told so (`Connection: close`), by a gateway that
   * can do so for a single request.
   */
  connection: "lintel-connection",
} as const;

/** The response header that marks an answer as the gateway's own; its value is a GatewayFault. */
export const GATEWAY_FAULT_HEADER = "lintel-gateway-fault";

/**
 * - `dial`: the upstream could not be reached; nothing was sent, so another endpoint may be tried.
 * - `reset`: the connection failed after something was sent.
 * - `timeout`: the upstream did not answer in time after something was sent.
 * - `target`: the upstream lies outside the allowed address ranges, or is malformed.
 * - `secret`: the request did not prove that it comes from the edge.
 */
export const GATEWAY_FAULTS = ["dial", "reset", "timeout", "target", "secret"] as const;
export type GatewayFault = (typeof GATEWAY_FAULTS)[number];

export function isGatewayFault(value: string | null): value is GatewayFault {
  return value !== null && (GATEWAY_FAULTS as readonly string[]).includes(value);
}

/** Milliseconds; what is absent is the gateway's to choose. */
export interface UpstreamTimeouts {
  /** Until the connection stands, TLS included. Running out of it is a `dial` fault. */
  readonly connectMs?: number | undefined;
  /** Between two reads; also how long a WebSocket may rest. */
  readonly readMs?: number | undefined;
  /** Between two writes. */
  readonly sendMs?: number | undefined;
}

/** `5000,60000,60000`: connect, read, send, each empty where it is absent. `undefined` where all are. */
export function encodeTimeouts({ connectMs, readMs, sendMs }: UpstreamTimeouts): string | undefined {
  if (connectMs === undefined && readMs === undefined && sendMs === undefined) return undefined;
  return [connectMs, readMs, sendMs].map((ms) => ms ?? "").join(",");
}

const TIMEOUTS = /^(\d{1,12})?,(\d{1,12})?,(\d{1,12})?$/;

/** `undefined` for what encodeTimeouts() does not write. */
export function decodeTimeouts(text: string): UpstreamTimeouts | undefined {
  const match = TIMEOUTS.exec(text);
  if (match === null) return undefined;
  const [connectMs, readMs, sendMs] = [match[1], match[2], match[3]].map((digits) =>
    digits === undefined ? undefined : Math.max(1, Number(digits)),
  );
  return { connectMs, readMs, sendMs };
}
