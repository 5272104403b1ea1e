/** A source that follows an API server within the test, and ways to wait for what it sees. */
import {
  createKubernetesSource,
  type KubernetesSource,
  type KubernetesSourceOptions,
} from "../../../../sync-agent/cluster/kubernetes/kubernetes-source.ts";
import type { WatchTiming } from "../../../../sync-agent/cluster/kubernetes/watch-timing.ts";
import type { ClusterState, Kind, Observation } from "../../../../sync-agent/cluster/state.ts";
import { type ClosableKubeClient, createKubeClient } from "../../../../sync-agent/kubernetes/kube-client.ts";
import type { ApiServer } from "../../../kubernetes/api-server/index.ts";
import { type RecordingLog, recordingLog } from "./objects.ts";

/** Short, so that tests wait for nothing; a list as the safety net only where a test asks for it. */
export const QUICK: Partial<WatchTiming> = { minRetry: 5, maxRetry: 40, silence: 20_000, relist: 10_000_000 };

export interface Following {
  readonly source: KubernetesSource;
  readonly client: ClosableKubeClient;
  readonly log: RecordingLog;
  /** How often the source said that something changed. */
  readonly changes: number;
  /** Begins; `until` may be used meanwhile. */
  readonly start: () => Promise<void>;
  /** Resolves with the observation as soon as it satisfies; looks whenever the source says that something changed. */
  readonly until: (predicate: (observation: Observation) => boolean) => Promise<Observation>;
  close(): Promise<void>;
}

export async function follow(
  server: ApiServer,
  options: Partial<KubernetesSourceOptions> = {},
  kubeconfig?: string,
): Promise<Following> {
  const log = recordingLog();
  const client = await createKubeClient({
    kubeconfig: kubeconfig ?? (await server.kubeconfig()),
    userAgent: "lintel-test",
  });
  const source = createKubernetesSource({
    client,
    namespaces: [],
    pods: false,
    log,
    ...options,
    timing: { ...QUICK, ...options.timing },
  });
  const waiting = new Set<() => void>();
  let changes = 0;
  return {
    source,
    client,
    log,
    get changes() {
      return changes;
    },
    start: () =>
      source.start(() => {
        changes += 1;
        for (const look of waiting) look();
      }),
    until(predicate) {
      return new Promise((resolve) => {
        const look = () => {
          const observation = source.observe();
          if (!predicate(observation)) return;
          waiting.delete(look);
          resolve(observation);
        };
        waiting.add(look);
        look();
      });
    },
    async close() {
      await source.close();
      await client.close();
    },
  };
}

/** The keys of a kind's objects. */
export function keys(state: ClusterState, kind: Kind): string[] {
  return [...state[kind].keys()];
}
