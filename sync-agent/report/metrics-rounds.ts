/** What the agent's rounds find in the cluster, and what they make of it. */
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { type Records, SECTION_NAMES } from "../../contract/index.ts";
import type { AgentObserver } from "../agent.ts";
import type { DesiredCertificate } from "../certificates/desired.ts";
import type { Kind } from "../cluster/state.ts";
import { type Warning, WARNING_REASONS } from "../warning.ts";
import { SECONDS_BUCKETS } from "./metrics-buckets.ts";
import type { AgentStatus } from "./status.ts";

const OUTCOMES: readonly Parameters<AgentObserver["published"]>[0][] = [
  "published",
  "unchanged",
  "failed",
  "held",
  "blocked",
];

export function roundMetrics(registry: Registry): AgentObserver {
  const registers = [registry];
  const compiles = new Histogram({
    name: "lintel_agent_compile_seconds",
    help: "How long it took to compile the cluster's state.",
    buckets: SECONDS_BUCKETS,
    registers,
  });
  const objects = new Gauge({
    name: "lintel_agent_objects",
    help: "Objects that the last compile was made of.",
    labelNames: ["kind"],
    registers,
  });
  const served = new Gauge({
    name: "lintel_agent_served_ingresses",
    help: "Ingresses that are ours to serve.",
    registers,
  });
  const warnings = new Gauge({
    name: "lintel_agent_warnings",
    help: "Warnings about objects of users that hold at present.",
    labelNames: ["reason"],
    registers,
  });
  const publishes = new Counter({
    name: "lintel_agent_publishes_total",
    help: "Rounds in which this agent led, by what came of them: published, unchanged, failed, held by a rollback, or blocked by the API.",
    labelNames: ["outcome"],
    registers,
  });
  const seconds = new Histogram({
    name: "lintel_agent_publish_seconds",
    help: "How long it took to bring KV and edge up to date, whatever came of it.",
    buckets: SECONDS_BUCKETS,
    registers,
  });
  for (const reason of WARNING_REASONS) warnings.set({ reason }, 0);
  for (const outcome of OUTCOMES) publishes.inc({ outcome }, 0);

  let counted: readonly Warning[] | undefined;
  return {
    compiled(time, state, found, ingresses) {
      compiles.observe(time);
      for (const kind of Object.keys(state) as Kind[]) objects.set({ kind }, state[kind].size);
      served.set(ingresses);
      if (found === counted) return;
      counted = found;
      const counts = Map.groupBy(found, ({ reason }) => reason);
      for (const reason of WARNING_REASONS) warnings.set({ reason }, counts.get(reason)?.length ?? 0);
    },
    published(outcome, time) {
      publishes.inc({ outcome });
      seconds.observe(time);
    },
  };
}

/** Certificates lie in the records, or apart where the platform has them. */
export interface MeasuredSnapshot {
  readonly records: Records;
  readonly certificates: readonly DesiredCertificate[];
}

/** What the last compile holds, and until when its certificates are valid. */
export function snapshotMetrics(registry: Registry): (snapshot: MeasuredSnapshot) => void {
  const registers = [registry];
  const sizes = new Gauge({
    name: "lintel_agent_records",
    help: "Records of the last compile by section; those of hosts are the hostnames that are served.",
    labelNames: ["section"],
    registers,
  });
  const expiries = new Gauge({
    name: "lintel_agent_certificate_not_after_timestamp_seconds",
    help: "When the certificate in a Secret that is served expires, in seconds since 1970.",
    labelNames: ["namespace", "secret"],
    registers,
  });
  let told: Partial<Pick<MeasuredSnapshot, "certificates"> & { records: Records["certificates"] }> = {};
  return ({ records, certificates }) => {
    for (const section of SECTION_NAMES) sizes.set({ section }, records[section].size);
    if (told.records === records.certificates && told.certificates === certificates) return;
    told = { records: records.certificates, certificates };
    expiries.reset();
    const apart = certificates.flatMap(({ pair }) => pair ?? []);
    for (const { secret: key, notAfter } of [...records.certificates.values(), ...apart]) {
      const cut = key.indexOf("/");
      expiries.set({ namespace: key.slice(0, cut), secret: key.slice(cut + 1) }, notAfter);
    }
  };
}

/** @param read gives the status as it is at a scrape; `undefined` before there is an agent. */
export function statusMetrics(registry: Registry, read: () => AgentStatus | undefined): void {
  const registers = [registry];
  const generation = new Gauge({
    name: "lintel_agent_generation",
    help: "The generation that this agent knows to be published; 0 for none.",
    registers,
    collect() {
      generation.set(read()?.generation ?? 0);
    },
  });
  const published = new Gauge({
    name: "lintel_agent_last_publish_timestamp_seconds",
    help: "When KV and edge were last known to hold what this agent compiled, in seconds since 1970; 0 for never.",
    registers,
    collect() {
      published.set((read()?.lastPublish ?? 0) / 1000);
    },
  });
  const held = new Gauge({
    name: "lintel_agent_held_generation",
    help: "The generation that a rollback puts back, over which nothing is published; 0 for none.",
    registers,
    collect() {
      held.set(read()?.hold?.generation ?? 0);
    },
  });
  const failures = new Gauge({
    name: "lintel_agent_consecutive_failures",
    help: "Rounds that failed since the last that did not.",
    registers,
    collect() {
      failures.set(read()?.failures ?? 0);
    },
  });
}
