/**
 * Several agents, one API server and a network in one true time, which no agent can see. Each agent has a clock of its
 * own that is set wrong and runs a little fast or slow; its event loop may stand still; requests and answers take their
 * time, come after their senders have given up, or never.
 */
import { setImmediate as turn } from "node:timers/promises";
import type { Clock } from "../../../../sync-agent/clock.ts";
import { type KubeClient, KubeError, type KubeRequest } from "../../../../sync-agent/kubernetes/client.ts";
import { createLeaseServer, type LeaseServer, refusal } from "./lease-server.ts";

/** From `at` for `length`, in true milliseconds. */
export interface Span {
  readonly at: number;
  readonly length: number;
}

export interface Faults {
  /** Shares of requests and of answers that are lost. */
  readonly lost: number;
  /** Share of requests, and of answers, that take up to `slowMs`. */
  readonly slow: number;
  readonly slowMs: number;
  readonly outages: readonly Span[];
  /** No request or answer is lost or slow from here on. */
  readonly until: number;
}

export interface Host {
  readonly clock: Clock;
  readonly client: KubeClient;
  isStalled(): boolean;
}

export interface World {
  readonly lease: LeaseServer;
  time(): number;
  /**
   * @param offset of its wall clock, in milliseconds.
   * @param rate 1.1 for a clock that runs a tenth too fast.
   * @param stalls when its event loop stands still.
   * @param cuts when nothing that it sends arrives.
   */
  host(offset: number, rate: number, stalls: readonly Span[], cuts: readonly Span[]): Host;
  at(time: number, task: () => void): void;
  /** Runs until then, calling `check` after whatever happens. */
  run(until: number, check: () => void): Promise<void>;
}

export function createWorld(faults: Faults, random: () => number): World {
  const lease = createLeaseServer();
  let time = 0;
  let queue: { readonly at: number; readonly task: () => void }[] = [];
  const within = (span: Span) => span.at <= time && time < span.at + span.length;
  const happens = (share: number) => time < faults.until && random() < share;
  const travel = () => (happens(faults.slow) ? random() * faults.slowMs : 1 + random() * 20);

  function at(when: number, task: () => void): () => void {
    const item = { at: when, task };
    queue.push(item);
    return () => {
      queue = queue.filter((other) => other !== item);
    };
  }

  function host(offset: number, rate: number, stalls: readonly Span[], cuts: readonly Span[]): Host {
    const stall = () => stalls.find(within);
    /** Runs a task of the host, after its stall if it is in one, and then in any order. */
    const onHost = (task: () => void) => {
      const stopped = stall();
      if (stopped === undefined) task();
      else at(stopped.at + stopped.length + random(), () => onHost(task));
    };
    const after = (ms: number, task: () => void) => {
      let isOff = false;
      at(time + ms / rate, () => {
        onHost(() => {
          if (!isOff) task();
        });
      });
      return () => {
        isOff = true;
      };
    };

    function json(request: KubeRequest): Promise<unknown> {
      const { signal, timeoutMs = 30_000 } = request;
      return new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(refusal(undefined));
          return;
        }
        const giveUp = () => reject(refusal(undefined));
        const callOff = after(timeoutMs, giveUp);
        signal?.addEventListener("abort", giveUp);
        if (happens(faults.lost) || cuts.some(within)) return;
        at(time + travel(), () => {
          const answer = served(request);
          if (happens(faults.lost)) return;
          at(time + travel(), () => {
            onHost(() => {
              callOff();
              if (answer instanceof KubeError) reject(answer);
              else resolve(answer);
            });
          });
        });
      });
    }

    return {
      clock: { now: () => offset + time * rate, monotonic: () => time * rate, after },
      client: {
        server: "https://127.0.0.1:6443",
        json,
        lines() {
          throw new Error("the election watches nothing");
        },
      },
      isStalled: () => stall() !== undefined,
    };
  }

  function served(request: KubeRequest): unknown {
    if (faults.outages.some(within)) return refusal(503);
    try {
      return lease.answer(request);
    } catch (error) {
      return error;
    }
  }

  return {
    lease,
    time: () => time,
    host,
    at,
    async run(until, check) {
      await turn();
      for (;;) {
        const next = queue.reduce<(typeof queue)[number] | undefined>(
          (first, item) => (first === undefined || item.at < first.at ? item : first),
          undefined,
        );
        if (next === undefined || next.at > until) break;
        queue = queue.filter((item) => item !== next);
        time = Math.max(time, next.at);
        next.task();
        await turn();
        check();
      }
      time = until;
    },
  };
}
