/**
 * The agent: watches a source of cluster state, compiles it, publishes it, reports (design.md, "The agent").
 *
 * Every replica watches and compiles; the one that leads publishes and reports. So a standby knows the state when its
 * turn comes.
 */
import { type Clock, systemClock } from "./clock.ts";
import type { ClusterSource, ClusterState, Observation } from "./cluster/state.ts";
import type { PublishedDns } from "./compile/dns.ts";
import type { PublishedHosts } from "./compile/published-form.ts";
import { type Leadership, soleLeadership, type Term } from "./leadership.ts";
import { createJoin } from "./joined.ts";
import { createLoop, type RoundOutcome } from "./loop.ts";
import { PublishError, type PublishReason } from "./publish/error.ts";
import type { Postponed, Publishable, Publisher } from "./publish/publisher.ts";
import type { Logger } from "./report/logger.ts";
import type { Reporter } from "./report/reporter.ts";
import type { SelfFacts, SelfReporter } from "./report/self-report.ts";
import { type AgentStatus, createStatus } from "./report/status.ts";
import { createWarningLog } from "./report/warnings.ts";
import { DEFAULT_TIMING, type Timing } from "./timing.ts";
import type { Warning } from "./warning.ts";

/** What the agent needs of a compile's result. */
export interface Compiled extends Publishable {
  readonly warnings: readonly Warning[];
  /** `namespace/name` of the Ingresses that are served. */
  readonly served: readonly string[];
  /** `namespace/name` of the Ingresses that may have been served better than here, as what is published would tell. */
  readonly lacking: readonly string[];
  /** Whether the same holds of the resolver's configuration. */
  readonly lacksDns?: boolean | undefined;
}

/** What may be published for what a compile is lacking. */
export interface Published {
  readonly hosts: PublishedHosts;
  readonly dns: PublishedDns | undefined;
}

/** Told of what the agent does, for metrics. Times in seconds. */
export interface AgentObserver {
  compiled(seconds: number, state: ClusterState, warnings: readonly Warning[], served: number): void;
  published(outcome: "published" | "unchanged" | "failed" | "held" | "blocked", seconds: number): void;
}

export interface AgentOptions<C extends Compiled> {
  /** The agent starts and closes it. */
  readonly source: ClusterSource;
  /** The agent starts and closes it. Without one, this agent has no rivals. */
  readonly leadership?: Leadership | undefined;
  /** The agent closes it. */
  readonly reporter?: Reporter | undefined;
  /** Told of every round in which this agent leads, whatever came of it. The agent closes it. */
  readonly selfReporter?: SelfReporter | undefined;
  /** Told of what is published, while `signal` is not aborted. Must not take its time. */
  readonly onPublished?: ((compiled: C, signal: AbortSignal) => void) | undefined;
  readonly observer?: AgentObserver | undefined;
  /** Told when a round begins and ends. */
  readonly rounds?: { began(): void; ended(): void } | undefined;
  /**
   * Not expected to reject on any user's object; if it does, what is published stays, and it is tried again.
   *
   * @param published given where the compile before was lacking something.
   */
  readonly compile: (
    state: ClusterState,
    published?: PublishedHosts,
    publishedDns?: PublishedDns,
  ) => Promise<C>;
  readonly publisher: Publisher;
  readonly log: Logger;
  /** Where it differs from DEFAULT_TIMING. */
  readonly timing?: Partial<Timing> | undefined;
  readonly clock?: Clock | undefined;
  /** From 0 to below 1. */
  readonly random?: (() => number) | undefined;
}

interface HeldBack {
  readonly again: number;
  /** By a person; by the API's wish otherwise. */
  readonly held: boolean;
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
  /** Something has changed that is not the source's: the state is compiled anew. */
  refresh(): void;
  status(): AgentStatus;
  /** Gives up what is under way, which leaves a whole snapshot, and closes the source. */
  close(): Promise<void>;
}

export function createAgent<C extends Compiled>(options: AgentOptions<C>): Agent {
  const { source, compile, publisher, log, clock = systemClock, random = Math.random } = options;
  const { leadership = soleLeadership(), reporter, selfReporter, onPublished, observer, rounds } = options;
  const status = createStatus();
  const warningLog = createWarningLog(log);
  const joined = createJoin<Warning>();

  let lastTerm: Term | undefined;
  // In which everything that is published is known: it was read, or is this agent's own work.
  let knownTerm: Term | undefined;
  let facts: SelfFacts = { warnings: [], generation: undefined, durations: {} };

  async function round(signal: AbortSignal): Promise<RoundOutcome> {
    const observation = source.observe();
    let compiled = await compileAndTell(observation);
    const term = leadership.term();
    if (term === undefined) return false;
    // Others may have published since the last term.
    if (term !== lastTerm) publisher.forget();
    lastTerm = term;
    const going = AbortSignal.any([signal, term.signal]);
    try {
      if ((compiled.lacking.length > 0 || compiled.lacksDns === true) && term !== knownTerm) {
        const published = await readPublished(compiled, going);
        if ("postponed" in published) return postponed(published, 0);
        knownTerm = term;
        compiled = await compileAndTell(observation, published);
      }
      const wrote = await publish(compiled, going);
      if (typeof wrote === "object") {
        if (wrote.held) selfReporter?.report(facts, term.signal);
        return wrote;
      }
      selfReporter?.report(facts, term.signal);
      knownTerm = term;
      reporter?.report(
        { state: observation.state, served: compiled.served, warnings: allWarnings(observation, compiled) },
        term.signal,
      );
      onPublished?.(compiled, term.signal);
      await publisher.collect(going);
      return wrote;
    } catch (error) {
      // What the next leader is to do is no failure of this one.
      if (term.signal.aborted) return false;
      throw error;
    }
  }

  async function compileAndTell(observation: Observation, published?: Published): Promise<C> {
    const began = clock.monotonic();
    const { state } = observation;
    const compiled = await compile(state, published?.hosts, published?.dns);
    const warnings = allWarnings(observation, compiled);
    warningLog.update(warnings);
    status.compiled(clock.now(), warnings);
    const ms = clock.monotonic() - began;
    facts = { ...facts, warnings, durations: { ...facts.durations, compile: Math.round(ms) } };
    observer?.compiled(ms / 1000, state, warnings, compiled.served.length);
    return compiled;
  }

  const allWarnings = (observation: Observation, compiled: C) =>
    joined(observation.warnings, compiled.warnings);

  /** What cannot be read must not be overwritten with less. */
  async function readPublished({ lacksDns }: C, signal: AbortSignal): Promise<Published | Postponed> {
    const began = clock.monotonic();
    try {
      const hosts = await publisher.publishedHosts(signal);
      if ("postponed" in hosts) return hosts;
      const dns = lacksDns === true ? await publisher.publishedDns(signal) : undefined;
      return dns !== undefined && "postponed" in dns ? dns : { hosts, dns };
    } catch (error) {
      if (!signal.aborted) observer?.published("failed", (clock.monotonic() - began) / 1000);
      throw error;
    }
  }

  async function publish(compiled: C, signal: AbortSignal): Promise<boolean | HeldBack> {
    const began = clock.monotonic();
    const seconds = () => (clock.monotonic() - began) / 1000;
    try {
      const outcome = await publisher.publish(compiled, signal);
      if (typeof outcome === "object" && "postponed" in outcome) return postponed(outcome, seconds());
      status.published(clock.now(), publisher.generation());
      const wrote = outcome !== "unchanged";
      observer?.published(wrote ? "published" : "unchanged", seconds());
      const ms = Math.round(clock.monotonic() - began);
      facts = { ...facts, generation: publisher.generation() };
      if (wrote) facts = { ...facts, durations: { ...facts.durations, publish: ms } };
      if (wrote) log.info({ ...outcome, ms }, `published generation ${outcome.generation}`);
      else log.debug({ ms }, "nothing to publish");
      return wrote;
    } catch (error) {
      if (!signal.aborted) observer?.published("failed", seconds());
      throw error;
    }
  }

  function postponed(outcome: Postponed, seconds: number): HeldBack {
    const held = outcome.postponed === "held";
    if (held) {
      status.held(outcome.hold, outcome.generation);
      facts = { ...facts, generation: outcome.generation };
    }
    observer?.published(outcome.postponed, seconds);
    log.debug(outcome, `nothing may be published now: ${outcome.postponed}`);
    return { again: outcome.again, held };
  }

  async function watched(signal: AbortSignal): Promise<RoundOutcome> {
    rounds?.began();
    try {
      return await round(signal);
    } catch (error) {
      const term = leadership.term();
      if (term !== undefined && !leavesKvAlone(error)) selfReporter?.report(facts, term.signal);
      throw error;
    } finally {
      rounds?.ended();
    }
  }

  const loop = createLoop({
    round: watched,
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
      // Only who knows the whole state competes.
      leadership.start(() => {
        loop.changed();
      });
    },
    settled: () => loop.settled(),
    refresh: () => loop.changed(),
    status: () => status.read(),
    async close() {
      await loop.close();
      // Before all else that takes time: the next leader waits for it.
      await leadership.close();
      await Promise.all([reporter?.close(), selfReporter?.close()]);
      await source.close();
    },
  };
}

/** Failures that a report would only meet again, or make worse. */
const OF_KV: ReadonlySet<PublishReason> = new Set([
  "token",
  "namespace",
  "unavailable",
  "limited",
  "stopped",
]);

function leavesKvAlone(error: unknown): boolean {
  return error instanceof PublishError && OF_KV.has(error.reason);
}
