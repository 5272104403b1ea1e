/** Samples the memory of edge and agent for as long as they live; a process that was replaced begins anew. */
import { type Edge } from "./edge.ts";
import { type Growth, growthOf, residentMiB, runtimeOf, type Sample } from "./memory.ts";

const EVERY_MS = 5_000;

export interface MemoryWatch {
  /** Of the processes that live now, by what they are. */
  stop(): Promise<Readonly<Record<string, Growth>>>;
}

export function watchMemory(edge: Edge, agentPid: () => number | undefined): MemoryWatch {
  const series = new Map<string, { pid: number; samples: Sample[] }>();
  const sample = async () => {
    const { host, workerd } = await runtimeOf(edge.state);
    const pids = { edge: edge.pid, "runtime host": host, workerd, agent: agentPid() };
    for (const [name, pid] of Object.entries(pids)) {
      const mib = pid === undefined ? undefined : await residentMiB(pid);
      if (pid === undefined || mib === undefined) continue;
      let one = series.get(name);
      if (one?.pid !== pid) series.set(name, (one = { pid, samples: [] }));
      one.samples.push({ at: performance.now() / 1000, mib });
    }
  };
  let last = sample();
  const timer = setInterval(() => {
    last = last.then(sample);
  }, EVERY_MS);
  return {
    async stop() {
      clearInterval(timer);
      await last;
      const growths = Array.from(series, ([name, { samples }]) => [name, growthOf(samples)] as const);
      return Object.fromEntries(growths.filter(([, growth]) => growth !== undefined)) as Record<
        string,
        Growth
      >;
    },
  };
}
