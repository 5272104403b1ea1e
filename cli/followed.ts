/** What the agent follows: source of the state, arbiter of who writes, and where it reports to. */
import { hostname } from "node:os";
import type { SourceHealth } from "../sync-agent/cluster/kubernetes/observer.ts";
import type { ClusterSource } from "../sync-agent/cluster/state.ts";
import { type Leadership, soleLeadership } from "../sync-agent/leadership.ts";
import type { Reporter } from "../sync-agent/report/reporter.ts";
import { manifestSource } from "./manifests.ts";

export interface Followed {
  /** Who this agent is among those of a cluster. */
  readonly identity: string;
  readonly source: ClusterSource;
  readonly health: () => SourceHealth;
  readonly leadership: Leadership;
  /** Files are told nothing. */
  readonly reporter: Reporter | undefined;
  /** Ends its connections. To be called last. */
  close(): Promise<void>;
}

/** Manifest files, of which this is the only follower. They are read once they have started. */
export function followManifests(manifests: string, state: string): Followed {
  const files = manifestSource(manifests, state);
  let synced = false;
  return {
    identity: hostname(),
    source: {
      async start(onChange) {
        await files.start(onChange);
        synced = true;
      },
      observe: () => files.observe(),
      close: () => files.close(),
    },
    health: () => ({ synced, resources: [] }),
    leadership: soleLeadership(),
    reporter: undefined,
    close: () => Promise.resolve(),
  };
}
