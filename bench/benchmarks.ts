/** The benchmarks, in the order of results.md. Each is a file of this folder that exports `bench`. */
import type { Bench } from "./support/benchmark.ts";

const LOADERS: Readonly<Record<string, () => Promise<{ readonly bench: Bench }>>> = {
  "edge-overhead": () => import("./edge-overhead.ts"),
  matching: () => import("./matching.ts"),
  "dns-messages": () => import("./dns-messages.ts"),
  doh: () => import("./doh.ts"),
  "change-to-served": () => import("./change-to-served.ts"),
  "agent-at-scale": () => import("./agent-at-scale.ts"),
  "cold-start": () => import("./cold-start.ts"),
  "isolate-memory": () => import("./isolate-memory.ts"),
  "whole-stacks": () => import("./whole-stacks.ts"),
  "dashboard-search": () => import("./dashboard-search.ts"),
};

export const BENCHMARKS: readonly string[] = Object.keys(LOADERS);

export async function loadBenchmark(name: string): Promise<Bench> {
  const load = LOADERS[name];
  if (load === undefined) {
    throw new Error(`no benchmark is called ${name}; there are: ${BENCHMARKS.join(", ")}`);
  }
  return (await load()).bench;
}
