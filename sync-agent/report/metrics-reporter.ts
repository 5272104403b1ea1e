/** What is written back to the cluster: the status of Ingresses, and Events. */
import { Counter, type Registry } from "prom-client";
import type { ReporterObserver } from "./kubernetes-reporter.ts";

const OUTCOMES = ["ok", "failed"] as const;

export function reporterMetrics(registry: Registry): ReporterObserver {
  const registers = [registry];
  const statuses = new Counter({
    name: "lintel_agent_status_writes_total",
    help: "Attempts to write the status of an Ingress: ok or failed.",
    labelNames: ["outcome"],
    registers,
  });
  const events = new Counter({
    name: "lintel_agent_event_writes_total",
    help: "Attempts to write an Event: ok or failed.",
    labelNames: ["outcome"],
    registers,
  });
  for (const outcome of OUTCOMES) {
    statuses.inc({ outcome }, 0);
    events.inc({ outcome }, 0);
  }
  return {
    statusWrite: (outcome) => statuses.inc({ outcome }),
    eventWrite: (outcome) => events.inc({ outcome }),
  };
}
