/** How much memory the processes take, and whether it grows. */
import { readFile } from "node:fs/promises";
import { runtimeProcesses } from "../embedded-edge/support/processes.ts";

/**
 * The environment in which Node and workerd collect their garbage all the time. Left to itself, workerd's V8 collects young
 * objects alone for minutes, as its heaps are small: Miniflare's KV has 7 MiB of objects then of which 1 MiB is alive, and
 * what stands behind them outside of the heap grows by 30 MiB a minute.
 */
export const COLLECTING = {
  // Miniflare hands it on to workerd: each collection is a whole one, in all isolates.
  MINIFLARE_WORKERD_V8_FLAGS: "--gc-global",
  NODE_OPTIONS: `--expose-gc --import=${new URL("collect-garbage.js", import.meta.url).href}`,
};

export interface Sample {
  /** Seconds. */
  readonly at: number;
  readonly mib: number;
}

export interface Growth {
  readonly samples: number;
  readonly minutes: number;
  readonly firstMiB: number;
  readonly lastMiB: number;
  /** Of the line through the later two thirds (least squares): a process grows while it warms up. */
  readonly mibPerMinute: number;
  /** Once a minute, more or less. */
  readonly seriesMiB: readonly number[];
}

/** Resident memory of a process; `undefined` when it is gone. */
export async function residentMiB(pid: number): Promise<number | undefined> {
  try {
    const kib = /^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1];
    return kib === undefined ? undefined : Number(kib) / 1024;
  } catch {
    return undefined;
  }
}

/** The processes of an edge's runtime: the host of Miniflare, and workerd. */
export async function runtimeOf(
  state: string,
): Promise<{ host: number | undefined; workerd: number | undefined }> {
  const found = await runtimeProcesses(state);
  const pidOf = (part: string) => found.find(({ command }) => command.includes(part))?.pid;
  return { host: pidOf("runtime/host"), workerd: pidOf("workerd") };
}

export function growthOf(samples: readonly Sample[]): Growth | undefined {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined || samples.length < 3) return undefined;
  const later = samples.slice(Math.floor(samples.length / 3));
  const mean = (of: (sample: Sample) => number) => later.reduce((sum, s) => sum + of(s), 0) / later.length;
  const meanAt = mean(({ at }) => at);
  const meanMiB = mean(({ mib }) => mib);
  const spread = later.reduce((sum, { at }) => sum + (at - meanAt) ** 2, 0);
  const slope = later.reduce((sum, { at, mib }) => sum + (at - meanAt) * (mib - meanMiB), 0) / spread;
  const rounded = (value: number) => Math.round(value * 100) / 100;
  return {
    samples: samples.length,
    minutes: rounded((last.at - first.at) / 60),
    firstMiB: rounded(first.mib),
    lastMiB: rounded(last.mib),
    mibPerMinute: rounded(slope * 60),
    seriesMiB: samples
      .filter(({ at }, i) => i === 0 || Math.floor(at / 60) !== Math.floor((samples[i - 1]?.at ?? 0) / 60))
      .map(({ mib }) => Math.round(mib)),
  };
}
