/** What the agent tells about itself (contract/report.ts), for those who look at the edge. */
import {
  type AgentReport,
  ContractError,
  decodeReport,
  reportKey,
  type Verifier,
} from "../../contract/index.ts";
import { errorText } from "../log.ts";
import { type Delay, withDeadline } from "../snapshot/deadline.ts";
import { type KvGet, SHORTEST_CACHE_TTL } from "../snapshot/head-source.ts";

/**
 * - `none`: no agent has written any, or one that writes none (`--heartbeat` says whether it does).
 * - `refused`: what lies there is not by the agent's key, not of this cluster, or of a format that is not known.
 * - `unreadable`: KV does not answer.
 */
export type FoundReport =
  | { readonly state: "found"; readonly report: AgentReport }
  | { readonly state: "none" }
  | { readonly state: "refused"; readonly problem: string }
  | { readonly state: "unreadable"; readonly problem: string };

export interface ReportReader {
  /** Never rejects. As old as FRESH_MS, and on Cloudflare as KV lets it be: half a minute, or a minute where it changed. */
  read(): Promise<FoundReport>;
}

export interface ReportReaderOptions {
  readonly cluster: string;
  readonly verifier: Promise<Verifier>;
  readonly get: KvGet;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly delay: Delay;
}

/** Pages that follow one another share one read. */
const FRESH_MS = 3_000;

export function createReportReader(options: ReportReaderOptions): ReportReader {
  const { cluster, get, now, delay } = options;
  // No promise: one that another request began may never end (Workers).
  let last: { readonly found: FoundReport; readonly since: number } | undefined;

  async function read(): Promise<FoundReport> {
    let text: string | null;
    try {
      text = await withDeadline("the agent's report", get(reportKey(cluster), SHORTEST_CACHE_TTL), delay);
    } catch (error) {
      return { state: "unreadable", problem: errorText(error) };
    }
    return text === null ? { state: "none" } : verified(text);
  }

  async function verified(text: string): Promise<FoundReport> {
    try {
      const report = await decodeReport(text, await options.verifier);
      if (report.cluster === cluster) return { state: "found", report };
      return {
        state: "refused",
        problem: `report: is of cluster ${report.cluster}, this edge serves ${cluster}`,
      };
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      return { state: "refused", problem: error.message };
    }
  }

  return {
    async read() {
      const age = last === undefined ? FRESH_MS : now() - last.since;
      if (last !== undefined && age >= 0 && age < FRESH_MS) return last.found;
      const found = await read();
      last = { found, since: now() };
      return found;
    },
  };
}

/** Heartbeats that may fail to come before an agent counts as silent: one may be late, and KV a minute old. */
const MISSED = 2;
const KV_STALE_MS = 60_000;

/** Whether an agent that promised to report again has not; `undefined` where it promised nothing. */
export function isSilent({ time, heartbeat }: AgentReport, now: number): boolean | undefined {
  return heartbeat === undefined ? undefined : now - time > MISSED * heartbeat + KV_STALE_MS;
}
