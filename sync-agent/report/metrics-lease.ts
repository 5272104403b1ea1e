/** How this agent stands in the election. */
import { Counter, Gauge, type Registry } from "prom-client";
import type { LeaseObserver } from "../lease/election.ts";

export function leaseMetrics(registry: Registry): LeaseObserver {
  const registers = [registry];
  const leader = new Gauge({
    name: "lintel_agent_leader",
    help: "Whether this agent publishes, 1 or 0. The sum over a cluster's agents is 1, and 0 during a handover.",
    registers,
  });
  const renewals = new Counter({
    name: "lintel_agent_lease_renewals_total",
    help: "Attempts to take or renew the Lease: ok or failed.",
    labelNames: ["outcome"],
    registers,
  });
  for (const outcome of ["ok", "failed"]) renewals.inc({ outcome }, 0);
  return {
    leading: (leads) => leader.set(leads ? 1 : 0),
    renewed: () => renewals.inc({ outcome: "ok" }),
    failed: () => renewals.inc({ outcome: "failed" }),
  };
}
