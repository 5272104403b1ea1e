/** The agent's metrics, by Prometheus's conventions: base units, `_total` for counters, labels of few values. */
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { AgentObserver } from "../agent.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { SourceHealth, SourceObserver } from "../cluster/kubernetes/observer.ts";
import type { LeaseObserver } from "../lease/election.ts";
import type { KvObserver } from "../publish/observed-kv.ts";
import type { PublisherObserver } from "../publish/publisher.ts";
import type { ReporterObserver } from "./kubernetes-reporter.ts";
import { kvMetrics, publisherMetrics } from "./metrics-kv.ts";
import { leaseMetrics } from "./metrics-lease.ts";
import { reporterMetrics } from "./metrics-reporter.ts";
import { type MeasuredSnapshot, roundMetrics, snapshotMetrics, statusMetrics } from "./metrics-rounds.ts";
import { sourceAgeMetrics, sourceMetrics } from "./metrics-source.ts";
import type { AgentStatus } from "./status.ts";

export interface MetricsOptions {
  readonly cluster: string;
  /** Lintel's. */
  readonly version: string;
  readonly clock?: Pick<Clock, "now"> | undefined;
}

/** What is there to be read at any time. */
export interface Followed {
  readonly status: () => AgentStatus;
  /** Of a Kubernetes source. */
  readonly source?: (() => SourceHealth) | undefined;
}

/** Each part of the agent gets the observer that it asks for, and knows nothing of metrics. */
export interface AgentMetrics {
  readonly agent: AgentObserver;
  readonly source: Required<SourceObserver>;
  readonly lease: LeaseObserver;
  readonly kv: KvObserver;
  readonly publisher: PublisherObserver;
  readonly reporter: ReporterObserver;
  /** Tells of a compile. */
  snapshot(snapshot: MeasuredSnapshot): void;
  /** From here on these are read at each scrape. */
  follow(followed: Followed): void;
  /** What a scrape gets, and as which media type. */
  scrape(): Promise<{ readonly contentType: string; readonly text: string }>;
}

export function createMetrics({ cluster, version, clock = systemClock }: MetricsOptions): AgentMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const build = new Gauge({
    name: "lintel_agent_build_info",
    help: "Always 1; the labels tell what runs, and for which cluster.",
    labelNames: ["version", "cluster"],
    registers: [registry],
  });
  build.set({ version, cluster }, 1);
  let followed: Followed | undefined;
  statusMetrics(registry, () => followed?.status());
  sourceAgeMetrics(
    registry,
    () => followed?.source?.(),
    () => clock.now(),
  );
  return {
    agent: roundMetrics(registry),
    source: sourceMetrics(registry),
    lease: leaseMetrics(registry),
    kv: kvMetrics(registry),
    publisher: publisherMetrics(registry),
    reporter: reporterMetrics(registry),
    snapshot: snapshotMetrics(registry),
    follow(parts) {
      followed = parts;
    },
    scrape: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
