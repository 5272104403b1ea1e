/** How the agent keeps up with the Kubernetes API. */
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { SourceHealth, SourceObserver } from "../cluster/kubernetes/observer.ts";
import type { Kind } from "../cluster/state.ts";
import { KubeError } from "../kubernetes/client.ts";
import { SECONDS_BUCKETS } from "./metrics-buckets.ts";

export function sourceMetrics(registry: Registry): Required<SourceObserver> {
  const registers = [registry];
  const synced = new Gauge({
    name: "lintel_agent_source_synced",
    help: "Whether all objects of a kind have been read once, 1 or 0.",
    labelNames: ["kind"],
    registers,
  });
  const lists = new Histogram({
    name: "lintel_agent_list_seconds",
    help: "How long it took to list all objects of a kind.",
    labelNames: ["kind"],
    buckets: SECONDS_BUCKETS,
    registers,
  });
  const listed = new Gauge({
    name: "lintel_agent_listed_objects",
    help: "How many objects the last list of a kind had.",
    labelNames: ["kind"],
    registers,
  });
  const events = new Counter({
    name: "lintel_agent_watch_events_total",
    help: "Objects that watches told of.",
    labelNames: ["kind"],
    registers,
  });
  const restarts = new Counter({
    name: "lintel_agent_watch_restarts_total",
    help: "Watches that ended and were begun again: closed by the server as it does every few minutes, silent, expired or error.",
    labelNames: ["kind", "reason"],
    registers,
  });
  const errors = new Counter({
    name: "lintel_agent_api_errors_total",
    help: "Lists and watches that failed, by the class of the answer's status (4xx, 5xx), or none without an answer.",
    labelNames: ["kind", "status"],
    registers,
  });

  const seen = (kind: Kind) => synced.inc({ kind }, 0);

  return {
    listed(kind, seconds, objects) {
      seen(kind);
      lists.observe({ kind }, seconds);
      listed.set({ kind }, objects);
    },
    event: (kind) => events.inc({ kind }),
    watchEnded: (kind, why) => restarts.inc({ kind, reason: why }),
    failed(kind, error) {
      seen(kind);
      errors.inc({ kind, status: statusClass(error) });
    },
    synced: (kind) => synced.set({ kind }, 1),
  };
}

/**
 * @param read gives the source's health as it is at a scrape; `undefined` before there is a source.
 * @param now milliseconds since 1970.
 */
export function sourceAgeMetrics(
  registry: Registry,
  read: () => SourceHealth | undefined,
  now: () => number,
): void {
  const age = new Gauge({
    name: "lintel_agent_sync_age_seconds",
    help: "Seconds since the API server last said anything about a kind; of several watches, the longest.",
    labelNames: ["kind"],
    registers: [registry],
    collect() {
      age.reset();
      for (const [kind, contact] of oldestContacts(read())) {
        age.set({ kind }, Math.max(0, now() - contact) / 1000);
      }
    },
  });
}

function oldestContacts(health: SourceHealth | undefined): ReadonlyMap<Kind, number> {
  const oldest = new Map<Kind, number>();
  for (const { kind, lastContact } of health?.resources ?? []) {
    if (lastContact === undefined) continue;
    oldest.set(kind, Math.min(lastContact, oldest.get(kind) ?? lastContact));
  }
  return oldest;
}

function statusClass(error: unknown): string {
  if (!(error instanceof KubeError) || error.status === undefined) return "none";
  return `${Math.floor(error.status / 100)}xx`;
}
