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
