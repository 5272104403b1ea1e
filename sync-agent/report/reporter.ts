/** Tells the cluster what the agent made of its objects. */
import type { ClusterState } from "../cluster/state.ts";
import type { Warning } from "../warning.ts";

/** What holds after a compile that is published. */
export interface Report {
  readonly state: ClusterState;
  /** `namespace/name` of the Ingresses that are served. */
  readonly served: readonly string[];
  readonly warnings: readonly Warning[];
}

export interface Reporter {
  /**
   * Makes the cluster say what the report says, in the background, the newest report only. Failures are logged and
   * tried again; they never hold up publishing.
   *
   * @param signal aborted when this agent no longer leads.
   */
  report(report: Report, signal: AbortSignal): void;
  /** Gives up what is under way. */
  close(): Promise<void>;
}
