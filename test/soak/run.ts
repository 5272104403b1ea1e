/** One run: phase after phase under load, then calm; and what came of it. */
import { type Convergence, converge } from "./converge.ts";
import type { Edge } from "./edge.ts";
import { bringAbout } from "./faults.ts";
import { startLoad } from "./load.ts";
import type { Growth } from "./memory.ts";
import type { Phase } from "./plan.ts";
import { seeded } from "./random.ts";
import { type PhaseReport, type Problem, Tally } from "./tally.ts";
import { watchMemory } from "./watch-memory.ts";
import { World } from "./world.ts";

export interface RunOptions {
  readonly plan: readonly Phase[];
  readonly seed: number;
  readonly requestsPerSecond: number;
  /** Ends the run early, with what there is to report. */
  readonly signal?: AbortSignal;
  /** Told when a phase begins. */
  readonly onPhase?: (name: string) => void;
}

export interface RunReport {
  readonly seed: number;
  readonly requestsPerSecond: number;
  readonly phases: readonly PhaseReport[];
  readonly problems: readonly Problem[];
  readonly slow: Tally["slowest"];
  readonly convergence: Convergence;
  /** How many versions the Ingresses had, and how many generations were published. */
  readonly changes: number;
  readonly published: number;
  readonly restarts: Edge["restarts"];
  readonly agentStarts: number;
  /** Of the processes that were there at the end, over their lives. */
  readonly memory: Readonly<Record<string, Growth>>;
  readonly logs: { readonly edge: string; readonly agent: string };
}

/** The first configuration, and the last, are served within this time. */
const CONVERGE_MS = 90_000;

export async function run({
  plan,
  seed,
  requestsPerSecond,
  signal,
  onPhase,
}: RunOptions): Promise<RunReport> {
  const random = seeded(seed);
  const world = await World.open(random);
  try {
    const first = await converge(world, CONVERGE_MS);
    if (first.missing.length > 0) throw new Error(`it never served: ${first.missing.join("; ")}`);
    const { edge, truth } = world;
    const tally = new Tally();
    const memory = watchMemory(edge, () => world.agentPid);
    const load = startLoad({
      edge,
      truth,
      tally,
      requestsPerSecond,
      random,
      onServed(generation) {
        world.served = generation;
      },
    });
    for (const phase of plan) {
      if (signal?.aborted) break;
      onPhase?.(phase.name);
      tally.begin(phase.name);
      await bringAbout(world, phase, random, signal);
    }
    tally.begin("calm");
    onPhase?.("calm");
    const convergence = await converge(world, CONVERGE_MS);
    await load.stop();
    tally.end();
    return {
      seed,
      requestsPerSecond,
      phases: tally.phases,
      problems: tally.problems,
      slow: tally.slowest,
      convergence,
      changes: [...world.versions.values()].reduce((sum, version) => sum + version, 0),
      published: truth.latest,
      restarts: edge.restarts,
      agentStarts: world.agentStarts,
      memory: await memory.stop(),
      logs: { edge: edge.log, agent: world.agentLog },
    };
  } finally {
    await world.close();
  }
}
