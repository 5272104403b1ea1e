/** Says each failure once when it appears and once when it is over, however often and by however many it is met. */
import type { KubeError } from "../../kubernetes/client.ts";
import type { Logger } from "../../report/logger.ts";

export interface FailureLog {
  /** @param id of who met it. */
  failed(id: string, error: KubeError): void;
  recovered(id: string): void;
  /** It is followed no more, so nothing is to be said of it. */
  forget(id: string): void;
}

/** What somebody has to do something about; the rest may well pass. */
const LASTING: ReadonlySet<number | undefined> = new Set([400, 401, 403, 404, 422]);

export function createFailureLog(log: Logger): FailureLog {
  // What each one met since it last got through, by what makes a failure the same to a reader.
  const standing = new Map<string, Map<string, string>>();

  const isStanding = (kind: string) => [...standing.values()].some((met) => met.has(kind));

  return {
    failed(id, error) {
      const met = standing.get(id) ?? new Map<string, string>();
      const kind = kindOf(error);
      // One server that cannot be reached is one failure, not one for each kind of object.
      const known = isStanding(kind);
      met.set(kind, error.message);
      standing.set(id, met);
      if (known) return;
      const { operation, status, reason, remedy } = error;
      const level = LASTING.has(status) ? "error" : "warn";
      log[level]({ operation, status, reason, remedy }, `cannot ${error.message}; it will be tried again`);
    },
    recovered(id) {
      const met = standing.get(id);
      standing.delete(id);
      for (const [kind, message] of met ?? []) {
        if (!isStanding(kind)) log.info({}, `resolved: ${message}`);
      }
    },
    forget(id) {
      standing.delete(id);
    },
  };
}

/** Messages may hold what is new each time, such as a proxy's number for the request. */
function kindOf({ status, reason, remedy }: KubeError): string {
  return JSON.stringify([status, reason, remedy]);
}
