/** All in milliseconds. */
export interface GatewayLimits {
  /** Until the connection stands, TLS included; for all addresses of a name together. */
  readonly connectMs: number;
  /** Between two reads or writes while it is the upstream's turn. */
  readonly idleMs: number;
  /** How long an unused connection is kept. */
  readonly keepAliveMs: number;
}

/** ingress-nginx's proxy-connect-timeout, proxy-read-timeout and upstream-keepalive-timeout. */
export const DEFAULT_LIMITS: GatewayLimits = { connectMs: 5_000, idleMs: 60_000, keepAliveMs: 60_000 };
