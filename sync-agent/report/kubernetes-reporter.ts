/** Tells a Kubernetes cluster what became of its objects: the status of its Ingresses, and Events for warnings. */
import type { Clock } from "../clock.ts";
import type { LoadBalancerAddress } from "../cluster/state.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { createEventWriter } from "./event-writer.ts";
import type { Logger } from "./logger.ts";
import { createNewestOnly, type Go, type GoResult } from "./newest-only.ts";
import type { Reporter } from "./reporter.ts";
import { createStatusWriter } from "./status-writer.ts";

/** For metrics: each write that was tried. */
export interface ReporterObserver {
  statusWrite(outcome: "ok" | "failed"): void;
  eventWrite(outcome: "ok" | "failed"): void;
}

export interface KubernetesReporterOptions {
  readonly client: KubeClient;
  /** Where clients reach the edge. When there is none, no status is written or emptied. */
  readonly statusAddresses: readonly LoadBalancerAddress[];
  /** The Lintel cluster, whose name no other agent's writes bear. */
  readonly cluster: string;
  /** Of this agent. */
  readonly identity: string;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly log: Logger;
  readonly observer?: ReporterObserver | undefined;
}

/**
 * The two parts do not wait for one another, and what one cannot do does not keep the other from its work.
 *
 * Neither the end of a term nor close() takes anything back: the edge goes on serving what was published last, so the
 * addresses in the statuses stay true while no agent runs. A status is emptied only for an Ingress that is not served
 * any more.
 */
export function createKubernetesReporter(options: KubernetesReporterOptions): Reporter {
  const { client, statusAddresses, cluster, identity, clock, random, log, observer } = options;

  function inBackground(what: string, work: (go: Go) => Promise<GoResult>): Reporter {
    const failed = (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      log.error({ err: error }, `could not ${what}, trying again: ${message}`);
    };
    return createNewestOnly({ work, failed, clock, random });
  }

  const wroteEvent = (outcome: "ok" | "failed") => observer?.eventWrite(outcome);
  const wroteStatus = (outcome: "ok" | "failed") => observer?.statusWrite(outcome);
  const parts = [
    inBackground("write Events", createEventWriter({ client, identity, clock, log, wrote: wroteEvent })),
  ];
  if (statusAddresses.length > 0) {
    const status = { client, addresses: statusAddresses, cluster, clock, log, wrote: wroteStatus };
    parts.push(inBackground("write the status of Ingresses", createStatusWriter(status)));
  }

  return {
    report(report, signal) {
      for (const part of parts) part.report(report, signal);
    },
    async close() {
      await Promise.all(parts.map((part) => part.close()));
    },
  };
}
