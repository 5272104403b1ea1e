/**
 * Writes what the agent tells about itself (contract/report.ts) to KV, for those who look at the edge.
 *
 * A write is billed, so there is one where the warnings or the checks changed, not more often than `spacing`; and one
 * each `heartbeat` although nothing did, so that an agent that is gone is told from one that has nothing to say.
 * Publications alone cause none.
 */
import {
  type AgentReport,
  encodeReport,
  REPORT_FORMAT,
  reportKey,
  type Signer,
} from "../../contract/index.ts";
import type { Clock } from "../clock.ts";
import { PublishError } from "../publish/error.ts";
import type { Kv } from "../publish/kv.ts";
import type { Warning } from "../warning.ts";
import type { Check } from "./health.ts";
import type { Logger } from "./logger.ts";
import { createNewestOnly, type Go, type GoResult } from "./newest-only.ts";
import { reportedText, reportedWarnings } from "./reported.ts";

/** What holds after a round. */
export interface SelfFacts {
  readonly warnings: readonly Warning[];
  /** That is known to be published. */
  readonly generation: number | undefined;
  /** Of the last of them, in milliseconds. */
  readonly durations: { readonly compile?: number; readonly publish?: number };
}

export interface SelfReporter {
  /**
   * Tells the edge in the background, the newest facts only. Failures are logged and tried again; they never hold up
   * publishing.
   *
   * @param signal aborted when this agent no longer leads.
   */
  report(facts: SelfFacts, signal: AbortSignal): void;
  /** Gives up what is under way. */
  close(): Promise<void>;
}

export interface SelfReportOptions {
  readonly cluster: string;
  readonly agent: AgentReport["agent"];
  readonly kv: Pick<Kv, "put">;
  readonly signer: Signer;
  readonly checks: () => readonly Check[];
  /** The least time between two writes, in milliseconds. */
  readonly spacing: number;
  /** In milliseconds; 0 for none. */
  readonly heartbeat: number;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly log: Logger;
}

/** Cloudflare bills writes, and its API takes 1,200 requests in five minutes, which publications need. */
export const CLOUDFLARE_SPACING_MS = 60_000;
/** An edge's own KV API. */
export const EDGE_SPACING_MS = 1_000;
export const DEFAULT_HEARTBEAT_MS = 300_000;

type Content = Pick<AgentReport, "agent" | "warnings" | "omitted" | "checks">;

export function createSelfReporter(options: SelfReportOptions): SelfReporter {
  const { cluster, kv, signer, checks, spacing, heartbeat, clock, random, log } = options;
  const agent = { ...options.agent, id: reportedText(options.agent.id) };
  let written: { readonly content: string; readonly time: number; readonly term: AbortSignal } | undefined;
  let failing = false;
  // Another agent may have written in between two terms.
  let term: AbortSignal | undefined;

  function contentOf({ warnings }: SelfFacts): Content {
    const found = checks().map(({ name, problem }) =>
      problem === undefined ? { name } : { name, problem: reportedText(problem) },
    );
    return { agent, ...reportedWarnings(warnings), checks: found };
  }

  /** When a report of this content is due, by the monotonic clock; `undefined` for never. */
  function due(content: string, signal: AbortSignal): number | undefined {
    if (written === undefined) return Number.NEGATIVE_INFINITY;
    if (written.content !== content || written.term !== signal) return written.time + spacing;
    return heartbeat > 0 ? written.time + heartbeat : undefined;
  }

  async function write(content: Content, { generation, durations }: SelfFacts, signal: AbortSignal) {
    const report: AgentReport = {
      format: REPORT_FORMAT,
      cluster,
      time: Math.floor(clock.now()),
      ...(generation !== undefined && { generation }),
      ...content,
      durations,
      ...(heartbeat > 0 && { heartbeat }),
    };
    await kv.put([{ key: reportKey(cluster), value: await encodeReport(report, signer) }], signal);
  }

  async function work({ report: facts, signal }: Go<SelfFacts>): Promise<GoResult> {
    const own = term ?? signal;
    const content = contentOf(facts);
    const text = JSON.stringify(content);
    const at = due(text, own);
    if (at === undefined) return { done: true };
    const wait = at - clock.monotonic();
    if (wait > 0) return { done: true, again: wait };
    try {
      await write(content, facts, signal);
    } catch (error) {
      if (signal.aborted) return { done: true };
      if (!(error instanceof PublishError)) throw error;
      if (!failing) {
        log.warn({ reason: error.reason }, `cannot report to the edge, trying again: ${error.message}`);
      }
      failing = true;
      return { done: false, wait: Math.max(spacing, error.retryAfter ?? 0) };
    }
    failing = false;
    written = { content: text, time: clock.monotonic(), term: own };
    return { done: true, ...(heartbeat > 0 && { again: heartbeat }) };
  }

  const newest = createNewestOnly<SelfFacts>({
    work,
    failed: (error) =>
      log.error({ err: error }, `could not report to the edge, trying again: ${messageOf(error)}`),
    clock,
    random,
  });
  return {
    report(facts, signal) {
      term = signal;
      newest.report(facts, signal);
    },
    close: () => newest.close(),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
