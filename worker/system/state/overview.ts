/** What there is, how old it is and how it fares: the first page, `/api/overview` and `lintel status`. Pure. */
import type { Root } from "../../../contract/index.ts";
import { type CertificateState, certificateState } from "./certificates.ts";
import type { AgentFacts, FoundAgent, TrafficFacts } from "./facts.ts";
import type { AllCertificates, AllHosts, AllServices } from "./inventory.ts";
import { type TrafficSummary, trafficSummary } from "./traffic.ts";
import type { Warning } from "./warnings.ts";

export interface Overview {
  readonly cluster: string;
  readonly generation: number;
  /** When the agent made it, RFC 3339. */
  readonly published: string;
  readonly ageSeconds: number;
  /** A person holds the edge at an older generation; `null` otherwise. */
  readonly hold: { readonly generation: number; readonly reason: string | null } | null;
  /** Why the head could not be followed at the last look; `null` when it could. */
  readonly lastError: string | null;
  readonly agent: (Omit<AgentFacts, "warnings" | "omitted"> & { readonly ageSeconds: number }) | null;
  /** Why nothing is known of the agent, where that is known. */
  readonly agentProblem: string | null;
  readonly counts: {
    readonly hosts: number;
    readonly routes: number;
    readonly services: number;
    readonly certificates: number;
    readonly endpoints: { readonly ready: number; readonly notReady: number; readonly draining: number };
    /** Services that routes lead to and that have no ready endpoint. */
    readonly servicesDown: number;
  };
  /** Whether all of the cluster's records have been read: the numbers are too low where not. */
  readonly complete: boolean;
  readonly certificates: {
    readonly states: Readonly<Record<CertificateState, number>>;
    /** The first to expire. */
    readonly next: { readonly name: string; readonly expires: string; readonly days: number } | null;
  };
  readonly warnings: { readonly errors: number; readonly warnings: number };
  readonly traffic: TrafficSummary | null;
}

export interface OverviewFacts {
  readonly root: Root;
  readonly lastError: string | null;
  readonly hosts: AllHosts;
  readonly services: AllServices;
  readonly certificates: AllCertificates;
  readonly found: FoundAgent;
  readonly warnings: readonly Warning[];
  readonly traffic: TrafficFacts | null;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export function overviewOf(facts: OverviewFacts): Overview {
  const { root, hosts, services, certificates, found, now } = facts;
  const { cluster, generation, time, hold, sections } = root;
  const [next] = certificates.lines;
  return {
    cluster,
    generation,
    published: new Date(time).toISOString(),
    ageSeconds: secondsSince(time, now),
    hold: hold === undefined ? null : { generation: hold.generation, reason: hold.reason ?? null },
    lastError: facts.lastError,
    agent: found.agent && agentOf(found.agent, now),
    agentProblem: found.agent === null ? found.problem : null,
    counts: {
      hosts: sections.hosts.records,
      routes: hosts.routes,
      services: sections.services.records,
      certificates: sections.certificates.records,
      endpoints: { ready: services.ready, notReady: services.notReady, draining: services.draining },
      servicesDown: servicesDown(hosts, services).length,
    },
    complete: hosts.complete && services.complete && certificates.complete,
    certificates: {
      states: statesOf(certificates, now),
      next: next === undefined ? null : expiryOf(next, now),
    },
    warnings: {
      errors: facts.warnings.filter(({ severity }) => severity === "error").length,
      warnings: facts.warnings.filter(({ severity }) => severity === "warning").length,
    },
    traffic: facts.traffic && trafficSummary(facts.traffic),
  };
}

function agentOf(agent: AgentFacts, now: number): Overview["agent"] {
  const { id, version, mode, time, silent, checks, compileMs, publishMs } = agent;
  const ageSeconds = secondsSince(time, now);
  return { id, version, mode, time, silent, checks, compileMs, publishMs, ageSeconds };
}

function secondsSince(time: number, now: number): number {
  return Math.max(0, Math.round((now - time) / 1000));
}

/** Those that routes lead to and that are there without a ready endpoint, `namespace/name` each. */
export function servicesDown(
  { services }: Pick<AllHosts, "services">,
  { counts }: Pick<AllServices, "counts">,
): string[] {
  return [...services].filter((service) => counts.get(service)?.ready === 0).toSorted();
}

function statesOf({ lines }: AllCertificates, now: number): Record<CertificateState, number> {
  const states: Record<CertificateState, number> = { expired: 0, urgent: 0, soon: 0, valid: 0 };
  for (const { notAfter } of lines) states[certificateState(notAfter, now)]++;
  return states;
}

function expiryOf({ name, notAfter }: { name: string; notAfter: number }, now: number) {
  const expires = notAfter * 1000;
  return {
    name,
    expires: new Date(expires).toISOString(),
    days: Math.floor((expires - now) / 86_400_000),
  };
}
