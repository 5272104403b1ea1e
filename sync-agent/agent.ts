/** The agent: watches a source of cluster state, compiles it, publishes it, reports (design.md, "The agent"). */
import { type Clock, systemClock } from "./clock.ts";
import type { ClusterSource, ClusterState } from "./cluster/state.ts";
import { createLoop } from "./loop.ts";
import { PublishError } from "./publish/error.ts";
import type { Publishable, Publisher } from "./publish/publisher.ts";
import type { Logger } from "./report/logger.ts";
import { type AgentStatus, createStatus } from "./report/status.ts";
import { createWarningLog } from "./report/warnings.ts";
import { DEFAULT_TIMING, type Timing } from "./timing.ts";
import type { Warning } from "./warning.ts";

/** What the agent needs of a compile's result. */
export interface Compiled extends Publishable {
  readonly warnings: readonly Warning[];
}

export interface AgentOptions {
  /** The agent starts and closes it. */
  readonly source: ClusterSource;
  /** Not expected to reject on any user's object; if it does, what is published stays, and it is tried again. */
  readonly compile: (state: ClusterState) => Promise<Compiled>;
  readonly publisher: Publisher;
  readonly log: Logger;
  /** Where it differs from DEFAULT_TIMING. */
  readonly timing?: Partial<Timing> | undefined;
  readonly clock?: Clock | undefined;
  /** From 0 to below 1. */
  readonly random?: (() => number) | undefined;
}

export interface Agent {
  /**
   * Resolves when the source has read everything; publishing begins then, never on a part of the state.
   * Rejects when the source cannot be read at all.
   */
  start(): Promise<void>;
  /**
   * Resolves when the state as it is at this call is published, however many attempts that takes.
   * Rejects with LoopClosedError when the agent is closed before.
   */
  settled(): Promise<void>;
  status(): AgentStatus;
  /** Gives up what is under way, which leaves a whole snapshot, and closes the source. */
  close(): Promise<void>;
}

export function createAgent(options: AgentOptions): Agent {
  const { source, compile, publisher, log, clock = systemClock, random = Math.random } = options;
  const status = createStatus();
  const warningLog = createWarningLog(log);

  async function round(signal: AbortSignal): Promise<boolean> {
    const began = clock.monotonic();
    const observed = source.observe();
    const compiled = await compile(observed.state);
    const warnings = [...observed.warnings, ...compiled.warnings];
    warningLog.update(warnings);
    status.compiled(clock.now(), warnings);
    const outcome = await publisher.publish(compiled, signal);
    const ms = Math.round(clock.monotonic() - began);
    status.published(clock.now(), publisher.generation());
    if (outcome === "unchanged") log.debug({ ms }, "nothing to publish");
    else log.info({ ...outcome, ms }, `published generation ${outcome.generation}`);
    return outcome !== "unchanged";
  }

  const loop = createLoop({
    round,
    failed(error, failures, retryMs) {
      status.failed(clock.now(), error, failures);
      // Of what is no PublishError the stack is of interest: it is a fault of ours.
      const why =
        error instanceof PublishError
          ? { operation: error.operation, reason: error.reason, remedy: error.remedy }
          : { err: error };
      const message = error instanceof Error ? error.message : String(error);
      log.error({ ...why, failures, retryMs }, `could not publish: ${message}`);
    },
    retryAfter: (error) => (error instanceof PublishError ? (error.retryAfter ?? 0) : 0),
    timing: { ...DEFAULT_TIMING, ...options.timing },
    clock,
    random,
  });

  return {
    async start() {
      await source.start(() => {
        loop.changed();
      });
      loop.start();
    },
    settled: () => loop.settled(),
    status: () => status.read(),
    async close() {
      await loop.close();
      await source.close();
    },
  };
}
