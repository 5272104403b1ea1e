import type { Warning } from "../warning.ts";
import type { Logger } from "./logger.ts";

export interface WarningLog {
  /** Takes all warnings that hold at present. Logs those that are new, and those that are gone. */
  update(warnings: readonly Warning[]): void;
}

/** Says each warning once when it appears and once when it is resolved, however often the agent finds it. */
export function createWarningLog(log: Logger): WarningLog {
  let standing: ReadonlyMap<string, Warning> = new Map();
  let told: readonly Warning[] | undefined;
  return {
    update(warnings) {
      if (warnings === told) return;
      told = warnings;
      const present = new Map(warnings.map((warning) => [identityOf(warning), warning]));
      for (const [identity, warning] of present) {
        if (standing.has(identity)) continue;
        log.warn(
          fieldsOf(warning),
          `${warning.object}, ${warning.field}: ${warning.message} ${warning.remedy}`,
        );
      }
      for (const [identity, warning] of standing) {
        if (present.has(identity)) continue;
        log.info(fieldsOf(warning), `${warning.object}: resolved: ${warning.message}`);
      }
      standing = present;
    },
  };
}

/** What makes two warnings the same to a reader. */
function identityOf({ object, field, reason, message }: Warning): string {
  return JSON.stringify([object, field, reason, message]);
}

function fieldsOf({ object, field, reason, remedy }: Warning): object {
  return { object, field, reason, remedy };
}
