/** Brings about what a phase says, for as long as it lasts. */
import { setTimeout as delay } from "node:timers/promises";
import { HOSTS } from "./objects.ts";
import type { Phase } from "./plan.ts";
import type { World } from "./world.ts";

/** How much longer than planned a phase lasts, until something that was published in it is served. */
const PATIENCE_MS = 10_000;
const NAMES = Object.keys(HOSTS);

/** Resolves when the phase is over and everything that it began has ended; storage is well again then. */
export async function bringAbout(
  world: World,
  phase: Phase,
  random: () => number,
  signal?: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const every = async (ms: number | undefined, act: (turn: number) => Promise<void> | void) => {
    if (ms === undefined) return;
    for (let turn = 1; ; turn++) {
      await delay(ms, undefined, { signal: over.signal }).catch(() => undefined);
      if (over.signal.aborted) return;
      await act(turn);
    }
  };
  const { changesPerSecond, agentKvErrors = 0, kvVisibleMs = 0, drainMs = 0 } = phase;
  await world.edge.setFaults(phase.edge ?? {});
  world.kv.faults = { errors: agentKvErrors, visibleMs: kvVisibleMs };
  const draining = new Set<Promise<void>>();
  const acts = [
    every(phase.rollEveryMs, async () => {
      const { ended: drained } = await roll(world, drainMs);
      draining.add(drained);
      void drained.finally(() => draining.delete(drained));
    }),
    every(changesPerSecond === undefined ? undefined : 1000 / changesPerSecond, () => {
      world.change(NAMES[Math.floor(random() * NAMES.length)] ?? "");
    }),
    every(phase.killAgentEveryMs, () => world.killAgent()),
    every(phase.restartEdgeEveryMs, () => world.edge.restart()),
  ];
  const before = world.served;
  const began = performance.now();
  await delay(phase.ms, undefined, { ...(signal && { signal }) }).catch(() => undefined);
  const isOver = () =>
    signal?.aborted || world.served > before || performance.now() - began > phase.ms + PATIENCE_MS;
  while (!isOver()) await delay(POLL_MS);
  over.abort();
  await Promise.all(acts);
  await world.edge.setFaults({});
  world.kv.faults = { errors: 0, visibleMs: 0 };
  await Promise.all(draining);
}

/**
 * A request is tried at three endpoints. So that none needs to fail, a pod that is told to end serves on while two are gone
 * that the edge still believes in, as operators have pods wait before they end.
 */
const MOST_GONE = 2;
const POLL_MS = 20;

/** As a Deployment does it: the new pod is ready before the old one is told to end. Resolves with the old one's end. */
async function roll(world: World, drainMs: number): Promise<{ ended: Promise<void> }> {
  await world.pods.start();
  world.showEndpoints();
  const old = world.pods.terminate();
  world.showEndpoints();
  const end = async () => {
    await delay(drainMs);
    while (world.gone >= MOST_GONE) await delay(POLL_MS);
    if (old !== undefined) await world.pods.finish(old);
    world.showEndpoints();
  };
  return { ended: end() };
}
