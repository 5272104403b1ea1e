/** What the platform gives to the Worker: clock, randomness, background work and log. */
import type { ResponseStore } from "./ingress/filters/cache/response-store.ts";
import type { Log } from "./log.ts";
import type { Tracing } from "./observe/observer.ts";

export interface Platform {
  /** The public network. */
  readonly fetch: (input: string | Request, init?: RequestInit) => Promise<Response>;
  /** Keeps work alive behind the response of the request that is being served. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 up to, but not, 1. */
  readonly random: () => number;
  readonly delay: (ms: number) => Promise<void>;
  readonly log: Log;
  /** Absent where the platform has no cache. */
  readonly responses?: ResponseStore | undefined;
  /** Absent where the platform has none. */
  readonly tracing?: Tracing | undefined;
}
