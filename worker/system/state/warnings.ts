/** What somebody should look at: what the agent found in objects, and what the edge sees of itself. Pure. */
import type { CertificateEntry } from "./certificates.ts";
import type { FoundAgent } from "./facts.ts";
import type { FailingService } from "./failing.ts";

export interface Warning {
  /** `error`: something is not served. `warning`: something is not served as it is written, or will not be for long. */
  readonly severity: "error" | "warning";
  readonly source: "agent" | "edge";
  /** `Ingress shop/web`. */
  readonly object: string;
  readonly field: string | null;
  readonly message: string;
  readonly remedy: string | null;
}

export interface WarningFacts {
  readonly found: FoundAgent;
  readonly lastError: string | null;
  readonly hold: { readonly generation: number; readonly reason: string | null } | null;
  /** `namespace/name` of Services that routes lead to and that have no ready endpoint. */
  readonly servicesDown: readonly string[];
  /** Others whose requests fail of late. */
  readonly failing: readonly FailingService[];
  /** Those that have expired, or do so within 30 days. */
  readonly certificates: readonly CertificateEntry[];
}

const AGENT_CHECK_REMEDY = "See the agent's log; `lintel doctor` looks at what it needs.";

/** Errors first; in each kind the edge's before the agent's. */
export function warningsOf(facts: WarningFacts): readonly Warning[] {
  const all = [...edgeWarnings(facts), ...agentWarnings(facts.found)];
  return [
    ...all.filter(({ severity }) => severity === "error"),
    ...all.filter(({ severity }) => severity === "warning"),
  ];
}

function* edgeWarnings({
  lastError,
  hold,
  servicesDown,
  failing,
  certificates,
}: WarningFacts): Generator<Warning> {
  const edge = { source: "edge", field: null } as const;
  if (lastError !== null) {
    yield {
      ...edge,
      severity: "error",
      object: "Edge",
      message: `The edge cannot follow the head, and serves what it has: ${lastError}`,
      remedy: "Check that the agent runs, that KV answers, and that both hold the same key pair.",
    };
  }
  if (hold !== null) {
    yield {
      ...edge,
      severity: "warning",
      object: "Edge",
      message: `Generation ${hold.generation} is held${hold.reason === null ? "" : ` (${hold.reason})`}: changes in the cluster are not published.`,
      remedy: "Release it with `lintel rollback --release`.",
    };
  }
  for (const service of servicesDown) {
    yield {
      ...edge,
      severity: "error",
      object: `Service ${service}`,
      message: "Routes lead to it and none of its endpoints is ready: they answer 503.",
      remedy: `Look at its pods: kubectl get endpointslices -n ${service.split("/")[0]}, and their readiness probes.`,
    };
  }
  for (const { service, tries, failed, reason } of failing) {
    yield {
      ...edge,
      severity: failed * 2 >= tries ? "error" : "warning",
      object: `Service ${service}`,
      message:
        `${failed} of its last ${tries} tries failed, as this isolate has seen it in about 5 minutes.` +
        (reason === null ? "" : ` The last: ${reason}`),
      remedy: `See what failed under Failures, and its pods: kubectl get pods -n ${service.split("/")[0]} -o wide.`,
    };
  }
  for (const { name, secret, days, state } of certificates) {
    yield {
      ...edge,
      severity: state === "expired" ? "error" : "warning",
      object: `Secret ${secret}`,
      message:
        state === "expired"
          ? `The certificate of ${name} has expired: browsers refuse the host.`
          : `The certificate of ${name} expires in ${days} ${days === 1 ? "day" : "days"}.`,
      remedy: "Renew it in the Secret, or see why its issuer (cert-manager, say) has not.",
    };
  }
}

function* agentWarnings(found: FoundAgent): Generator<Warning> {
  const { agent } = found;
  if (agent === null) {
    if (found.problem === null) return;
    const message = `What the agent says of itself cannot be read: ${found.problem}`;
    yield { severity: "warning", source: "edge", object: "Agent", field: null, message, remedy: null };
    return;
  }
  const object = `Agent ${agent.id}`;
  if (agent.silent === true) {
    const message =
      "It has not reported for longer than it said it would: nobody may be following the cluster.";
    yield { severity: "error", source: "edge", object, field: null, message, remedy: "See whether it runs." };
  }
  for (const { name, problem } of agent.checks) {
    if (problem === null) continue;
    yield {
      severity: "error",
      source: "agent",
      object,
      field: name,
      message: problem,
      remedy: AGENT_CHECK_REMEDY,
    };
  }
  for (const { object, field, message, remedy } of agent.warnings) {
    yield {
      severity: "warning",
      source: "agent",
      object,
      field: field || null,
      message,
      remedy: remedy || null,
    };
  }
  if (agent.omitted > 0) {
    const message = `There are ${agent.omitted} more warnings than the report holds.`;
    yield {
      severity: "warning",
      source: "agent",
      object,
      field: null,
      message,
      remedy: "`lintel check` lists them all.",
    };
  }
}
