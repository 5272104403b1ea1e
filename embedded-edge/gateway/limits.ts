import type { UpstreamTimeouts } from "../../contract/index.ts";

/** All in milliseconds. */
export interface GatewayLimits {
  /** Until the connection stands, TLS included; for all addresses of a name together. */
  readonly connectMs: number;
  /** Between two reads or writes while it is the upstream's turn. */
  readonly idleMs: number;
  /** How long an unused connection is kept. */
  readonly keepAliveMs: number;
}

/** What holds for one request; all in milliseconds. */
export interface RequestLimits {
  readonly connectMs: number;
  /** Between two reads, once the request is sent. */
  readonly readMs: number;
  /** Between two writes. */
  readonly sendMs: number;
  /** How long a WebSocket may rest; `undefined` for as long as its ends like. */
  readonly restMs: number | undefined;
}

/** @param own what the edge asks for in this request */
export function requestLimits({ connectMs, idleMs }: GatewayLimits, own: UpstreamTimeouts): RequestLimits {
  return {
    connectMs: Math.min(own.connectMs ?? connectMs, LONGEST_MS),
    readMs: Math.min(own.readMs ?? idleMs, LONGEST_MS),
    sendMs: Math.min(own.sendMs ?? idleMs, LONGEST_MS),
    restMs: own.readMs === undefined ? undefined : Math.min(own.readMs, LONGEST_MS),
  };
}

/** Timers that are to wait for longer than 24 days fire at once; such limits have others that are half of them. */
const LONGEST_MS = 2 ** 31 - 1;

/** ingress-nginx's proxy-connect-timeout, proxy-read-timeout and upstream-keepalive-timeout. */
export const DEFAULT_LIMITS: GatewayLimits = { connectMs: 5_000, idleMs: 60_000, keepAliveMs: 60_000 };
