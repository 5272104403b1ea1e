/** Whether the agent works, and whether it is ready. Pure: what it looks at comes in as functions. */
import type { Clock } from "../clock.ts";
import type { SourceHealth } from "../cluster/kubernetes/observer.ts";
import type { AgentStatus } from "./status.ts";

export interface Check {
  readonly name: string;
  /** What is wrong, and what can be done about it; `undefined` when nothing is. */
  readonly problem: string | undefined;
  /** `notice` is told and changes no answer. */
  readonly weight: "required" | "notice";
}

export interface Health {
  /** When one fails, the process is beyond repair and should be started again. */
  live(): readonly Check[];
  /** When one fails, a rollout should wait. */
  ready(): readonly Check[];
}

export interface RoundWatch {
  began(): void;
  ended(): void;
  /** `undefined` while rounds go on as they should. */
  problem(): string | undefined;
}

/** In milliseconds. */
export interface RoundLimits {
  /** A round that takes longer is stuck: it makes at most a few requests, each with a time limit of its own. */
  readonly round: number;
  /** So long after a round another must have begun. */
  readonly idle: number;
}

/** `idle` is above the most that timing.ts waits: an hour, or 5 minutes more when a server asked for it. */
export const DEFAULT_ROUND_LIMITS: RoundLimits = { round: 15 * 60_000, idle: 70 * 60_000 };

/** Watches the loop of rounds. Before the first one there is nothing that could be stuck. */
export function createRoundWatch(
  clock: Pick<Clock, "monotonic">,
  limits: RoundLimits = DEFAULT_ROUND_LIMITS,
): RoundWatch {
  let last: { readonly what: "began" | "ended"; readonly time: number } | undefined;
  const mark = (what: "began" | "ended") => {
    last = { what, time: clock.monotonic() };
  };
  return {
    began: () => mark("began"),
    ended: () => mark("ended"),
    problem() {
      if (last === undefined) return undefined;
      const ms = clock.monotonic() - last.time;
      const seconds = Math.round(ms / 1000);
      if (last.what === "began") {
        return ms > limits.round ? `a round began ${seconds} s ago and has not ended` : undefined;
      }
      return ms > limits.idle ? `the last round ended ${seconds} s ago, and no other has begun` : undefined;
    },
  };
}

export interface HealthSources {
  readonly rounds: Pick<RoundWatch, "problem">;
  readonly source: () => SourceHealth;
  readonly status: () => AgentStatus;
  readonly leading: () => boolean;
}

/**
 * An agent is ready when it knows the cluster's state, whether or not it leads, and whether or not KV can be written to:
 * the edge serves what it has meanwhile, and another replica would fare no better. What fails there is told, though.
 */
export function createHealth({ rounds, source, status, leading }: HealthSources): Health {
  return {
    live: () => [{ name: "rounds", problem: rounds.problem(), weight: "required" }],
    ready: () => [
      { name: "source", problem: unread(source()), weight: "required" },
      { name: "watches", problem: failing(source()), weight: "notice" },
      { name: "publish", problem: leading() ? unpublished(status()) : undefined, weight: "notice" },
    ],
  };
}

function unread({ synced, resources }: SourceHealth): string | undefined {
  if (synced) return undefined;
  const missing = new Set(resources.filter((resource) => !resource.synced).map(({ kind }) => kind));
  return missing.size === 0 ? "nothing has been read yet" : `not read yet: ${[...missing].join(", ")}`;
}

/** One message stands for all: as a rule all resources have the same trouble. */
function failing({ resources }: SourceHealth): string | undefined {
  const failed = resources.filter(({ failure }) => failure !== undefined);
  const [first] = failed;
  if (first?.failure === undefined) return undefined;
  const kinds = new Set(failed.map(({ kind }) => kind));
  return `${[...kinds].join(", ")}: ${first.failure.message}`;
}

function unpublished({ failures, lastError, lastPublish, hold }: AgentStatus): string | undefined {
  if (failures > 0) {
    const what = failures === 1 ? "the last round has failed" : `${failures} rounds in a row have failed`;
    return `${what}: ${lastError?.message ?? "unknown"}`;
  }
  if (hold !== undefined) {
    return `rolled back to generation ${hold.generation} until \`lintel rollback --release\``;
  }
  return lastPublish === undefined ? "nothing has been published yet" : undefined;
}
