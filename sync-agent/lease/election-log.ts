import { KubeError } from "../kubernetes/client.ts";
import type { Logger } from "../report/logger.ts";

/** Says what happens to the lease, each thing once however often it is tried. */
export interface ElectionLog {
  began(): void;
  ended(why: string, isIntended: boolean): void;
  /** Somebody else holds it. */
  standingBy(holder: string): void;
  failed(error: unknown): void;
  /** An attempt came through. */
  reached(): void;
  released(): void;
  notReleased(error: unknown): void;
}

export interface ElectionNames {
  readonly namespace: string;
  readonly name: string;
  readonly identity: string;
}

export function createElectionLog(log: Logger, names: ElectionNames): ElectionLog {
  const { namespace, identity } = names;
  const lease = `${namespace}/${names.name}`;
  let holder: string | undefined;
  let trouble: string | undefined;

  return {
    began() {
      holder = undefined;
      log.info({ lease, identity }, "leading: this agent publishes and reports");
    },
    ended(why, isIntended) {
      log[isIntended ? "info" : "warn"]({ lease, identity }, `not leading any more: ${why}`);
    },
    standingBy(by) {
      if (holder === by) return;
      holder = by;
      log.info({ lease, identity, holder: by }, `standing by: ${by} leads`);
    },
    failed(error) {
      const kind = kindOf(error);
      const message = error instanceof Error ? error.message : String(error);
      if (trouble === kind) {
        log.debug({ lease }, `the lease is still out of reach: ${message}`);
        return;
      }
      trouble = kind;
      if (kind !== "forbidden") {
        log.warn({ lease }, `the lease is out of reach, trying on: ${message}`);
        return;
      }
      const rule = `grant the agent's service account the verbs get, create and update on leases (API group coordination.k8s.io) in namespace ${namespace}`;
      log.error(
        { lease, remedy: rule },
        `this agent may not compete for the lease and cannot lead: ${message}; ${rule}; trying on`,
      );
    },
    reached() {
      if (trouble === undefined) return;
      trouble = undefined;
      log.info({ lease }, "the lease is within reach again");
    },
    released() {
      log.info({ lease }, "released the lease; another agent may lead at once");
    },
    notReleased(error) {
      const message = error instanceof Error ? error.message : String(error);
      log.warn({ lease }, `could not release the lease; another agent leads when it runs out: ${message}`);
    },
  };
}

function kindOf(error: unknown): string {
  if (!(error instanceof KubeError)) return "other";
  if (error.status === 403) return "forbidden";
  return error.status === undefined ? "unreachable" : `answer ${error.status}`;
}
