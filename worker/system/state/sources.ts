/** From what other parts of the edge know to what is shown of it. */
import { latencyQuantile } from "../../observe/latency.ts";
import type { TrafficSnapshot } from "../../observe/traffic.ts";
import type { History } from "../history/history.ts";
import { type FoundReport, isSilent } from "../report.ts";
import { SnapshotUnavailableError } from "../../snapshot/errors.ts";
import type { FoundAgent, TrafficFacts, TrafficFlow } from "./facts.ts";
import type { HistorySource } from "./history.ts";

/** Counts of late are of about so many minutes (observe/recent-count.ts). */
const RECENT_MINUTES = 5;

export function trafficFacts({ since, buckets, routes }: TrafficSnapshot): TrafficFacts {
  return {
    since,
    stepSeconds: (buckets[0]?.durationMs ?? 10_000) / 1000,
    points: buckets.map(({ start, requests, errors, clientErrors, latencies }) => ({
      time: start,
      requests,
      errors,
      clientErrors,
      p50: rounded(latencyQuantile(latencies, 0.5)),
      p99: rounded(latencyQuantile(latencies, 0.99)),
    })),
    flowsMinutes: RECENT_MINUTES,
    flows: routes.flatMap(({ host, services }) =>
      services.flatMap(({ service, port, ...ofService }) => {
        const way = { host, service: `${service}:${port}` };
        const flows: TrafficFlow[] = ofService.endpoints.flatMap(
          ({ address, recentRequests, recentErrors, recentTimed, recentTookMs }) =>
            recentRequests === 0
              ? []
              : [
                  {
                    ...way,
                    endpoint: address,
                    requests: recentRequests,
                    errors: recentErrors,
                    timed: recentTimed,
                    tookMs: recentTookMs,
                  },
                ],
        );
        // Of endpoints only those with room are counted, and a request that reached none is nobody's.
        const told = (key: "requests" | "timed" | "tookMs") =>
          flows.reduce((sum, flow) => sum + flow[key], 0);
        const left = ofService.recentRequests - told("requests");
        if (left <= 0) return flows;
        const errors = Math.min(left, ofService.recentErrors);
        const timed = Math.max(0, ofService.recentTimed - told("timed"));
        const tookMs = Math.max(0, ofService.recentTookMs - told("tookMs"));
        return [...flows, { ...way, endpoint: "", requests: left, errors, timed, tookMs }];
      }),
    ),
  };
}

function rounded(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms * 10) / 10;
}

export function agentFacts(found: FoundReport, now: number): FoundAgent {
  switch (found.state) {
    case "none":
      return { agent: null, problem: null };
    case "refused":
    case "unreadable":
      return { agent: null, problem: found.problem };
    case "found": {
      const { report } = found;
      const { agent, time, checks, durations, warnings, omitted } = report;
      return {
        agent: {
          ...agent,
          time,
          silent: isSilent(report, now) ?? null,
          checks: checks.map(({ name, problem }) => ({ name, problem: problem ?? null })),
          compileMs: durations.compile ?? null,
          publishMs: durations.publish ?? null,
          warnings,
          omitted,
        },
      };
    }
  }
}

export function historySource(history: History): HistorySource {
  return {
    list: () =>
      orNone(async () =>
        (await history.list()).map(({ generation, time, served, hold, records, problem }) => ({
          generation,
          time: time ?? null,
          served,
          hold: hold === undefined ? null : { generation: hold.generation, reason: hold.reason ?? null },
          records: records ?? null,
          problem: problem ?? null,
        })),
      ),
    summaries: () => orNone(() => history.summaries()),
    compare: (before, after) => orNone(() => history.compare(before, after)),
  };
}

/** What KV does not give now cannot be shown; the rest can. */
async function orNone<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof SnapshotUnavailableError) return undefined;
    throw error;
  }
}
