/** What happens in a run, phase after phase. */
import type { Faults } from "../worker/soak/faults.ts";

export interface Phase {
  readonly name: string;
  readonly ms: number;
  /** An endpoint is replaced this often: a new pod, then the old one drains, then it is gone. */
  readonly rollEveryMs?: number;
  /** How long an old pod serves on. */
  readonly drainMs?: number;
  readonly changesPerSecond?: number;
  /** SIGKILL, and a new one at once. */
  readonly killAgentEveryMs?: number;
  /** SIGTERM, and a new one when it has ended. */
  readonly restartEdgeEveryMs?: number;
  /** What the edge's storage does. */
  readonly edge?: Partial<Faults>;
  /** The share of the agent's requests to KV that fail. */
  readonly agentKvErrors?: number;
  /** The longest that it takes until a write to KV is seen by anybody, each key for itself. */
  readonly kvVisibleMs?: number;
}

/** Every fault alone, then all of them, then those that leave the processes running, for whose memory takes time to show. */
export function longPlan(minutes: number): readonly Phase[] {
  const s = 1000;
  const roll = { rollEveryMs: 3 * s, drainMs: 2 * s };
  const churn = { changesPerSecond: 10 };
  const errors = { edge: { kvErrors: 0.3, kvDelayMs: 200 }, agentKvErrors: 0.2 };
  // Endpoints that are rolled faster than KV shows it would all be gone before anybody knows the new ones.
  const slowRoll = { rollEveryMs: 20 * s, drainMs: 5 * s };
  const stale = { edge: { kvCacheMs: 60 * s, kvDelayMs: 100 }, kvVisibleMs: 60 * s };
  const all = { ...churn, ...slowRoll, edge: { kvErrors: 0.2, ...stale.edge }, agentKvErrors: 0.1 };
  return [
    { name: "rolling endpoints", ms: 20 * s, ...roll },
    { name: "changing Ingresses", ms: 15 * s, ...churn },
    { name: "killing the agent", ms: 30 * s, ...churn, killAgentEveryMs: 10 * s },
    { name: "errors of KV", ms: 20 * s, ...churn, ...roll, ...errors },
    { name: "stale KV", ms: 70 * s, ...churn, ...slowRoll, ...stale },
    { name: "head object down", ms: 15 * s, ...churn, ...roll, edge: { headDown: true } },
    { name: "restarting the edge", ms: 30 * s, ...churn, ...roll, restartEdgeEveryMs: 10 * s },
    {
      name: "everything at once",
      ms: 60 * s,
      ...all,
      kvVisibleMs: 60 * s,
      killAgentEveryMs: 10 * s,
      restartEdgeEveryMs: 25 * s,
    },
    { name: "endurance", ms: minutes * 60 * s, ...all, kvVisibleMs: 20 * s },
  ];
}

/** The same within seconds. */
export const SHORT_PLAN: readonly Phase[] = [
  { name: "rolling endpoints", ms: 1200, changesPerSecond: 10, rollEveryMs: 400, drainMs: 200 },
  {
    name: "a bad KV, and an agent that is killed",
    ms: 3000,
    changesPerSecond: 10,
    rollEveryMs: 1000,
    drainMs: 500,
    killAgentEveryMs: 2000,
    edge: { kvErrors: 0.2, kvDelayMs: 50, kvCacheMs: 1000 },
    agentKvErrors: 0.1,
    kvVisibleMs: 500,
  },
  { name: "head object down", ms: 1000, changesPerSecond: 10, edge: { headDown: true } },
  { name: "restarting the edge", ms: 1000, changesPerSecond: 10, restartEdgeEveryMs: 500 },
];
