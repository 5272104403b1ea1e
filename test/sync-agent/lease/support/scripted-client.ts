import type { Clock } from "../../../../sync-agent/clock.ts";
import { type KubeClient, KubeError, type KubeRequest } from "../../../../sync-agent/kubernetes/client.ts";
import { createLeaseServer, type LeaseServer, refusal } from "./lease-server.ts";

/**
 * - a status, or an error: refused with it
 * - `down`: refused at once, without an answer
 * - `hangs`: never reaches the server
 * - `lost`: the server does it, and the answer never comes
 */
export type Fault = number | KubeError | "down" | "hangs" | "lost";

export interface ScriptedClient extends KubeClient {
  readonly server: string;
  readonly lease: LeaseServer;
  /** Decides over each request; `undefined` lets it pass. */
  fault: (request: KubeRequest) => Fault | undefined;
  /** How long an answer takes, in milliseconds. */
  latency: number;
}

/** A client whose requests keep their time limits by the given clock. */
export function createScriptedClient(clock: Clock, lease: LeaseServer = createLeaseServer()): ScriptedClient {
  const client: ScriptedClient = {
    server: "https://127.0.0.1:6443",
    lease,
    fault: () => undefined,
    latency: 0,
    async json(request) {
      request.signal?.throwIfAborted();
      const fault = client.fault(request);
      if (fault === "down") throw refusal(undefined);
      if (fault instanceof KubeError) throw fault;
      if (typeof fault === "number") throw refusal(fault);
      if (fault === "lost") lease.answer(request);
      if (fault !== undefined) return never(clock, request);
      if (client.latency > 0) await passing(clock, client.latency, request.signal);
      return lease.answer(request);
    },
    lines() {
      throw new Error("the election watches nothing");
    },
  };
  return client;
}

function never(clock: Clock, { signal, timeoutMs = 30_000 }: KubeRequest): Promise<never> {
  return passing(clock, timeoutMs, signal).then(() => {
    throw refusal(undefined);
  });
}

function passing(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const callOff = clock.after(ms, resolve);
    signal?.addEventListener("abort", () => {
      callOff();
      reject(refusal(undefined));
    });
  });
}
