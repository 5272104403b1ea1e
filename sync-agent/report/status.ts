import type { Hold } from "../../contract/index.ts";
import type { Warning, WarningReason } from "../warning.ts";

/** What the agent last did. Times in milliseconds since 1970; `undefined` for what has not happened. */
export interface AgentStatus {
  readonly lastCompile: number | undefined;
  /** When KV and edge were last known to hold what was compiled, whether or not something had to be written. */
  readonly lastPublish: number | undefined;
  readonly generation: number | undefined;
  /** The rollback that held back what was compiled last; `undefined` when nothing does. */
  readonly hold: Hold | undefined;
  /** How many warnings hold, by reason; reasons without any are left out. */
  readonly warnings: Readonly<Partial<Record<WarningReason, number>>>;
  /** Kept when things are well again; `failures` says whether they are. */
  readonly lastError: { readonly time: number; readonly message: string } | undefined;
  /** Rounds that failed since the last that did not. */
  readonly failures: number;
}

/** The status as it grows. */
export interface StatusRecord {
  /** A copy that does not change any more. */
  read(): AgentStatus;
  compiled(time: number, warnings: readonly Warning[]): void;
  published(time: number, generation: number | undefined): void;
  /** Nothing was published, because somebody rolled back. */
  held(hold: Hold, generation: number): void;
  failed(time: number, error: unknown, failures: number): void;
}

export function createStatus(): StatusRecord {
  let status: AgentStatus = {
    lastCompile: undefined,
    lastPublish: undefined,
    generation: undefined,
    hold: undefined,
    warnings: {},
    lastError: undefined,
    failures: 0,
  };
  let counted: readonly Warning[] | undefined;
  return {
    read: () => status,
    compiled(time, warnings) {
      const counts = warnings === counted ? status.warnings : countByReason(warnings);
      counted = warnings;
      status = { ...status, lastCompile: time, warnings: counts };
    },
    published(time, generation) {
      status = { ...status, lastPublish: time, generation, hold: undefined, failures: 0 };
    },
    held(hold, generation) {
      status = { ...status, generation, hold, failures: 0 };
    },
    failed(time, error, failures) {
      const message = error instanceof Error ? error.message : String(error);
      status = { ...status, lastError: { time, message }, failures };
    },
  };
}

function countByReason(warnings: readonly Warning[]): Partial<Record<WarningReason, number>> {
  const counts: Partial<Record<WarningReason, number>> = {};
  for (const { reason } of warnings) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
