/** `bench/results.json`: the findings of every benchmark's last run, each with the machine that it ran on. */
import { readFile, writeFile } from "node:fs/promises";
import { z } from "zod";
import { findings } from "./benchmark.ts";
import { machine } from "./machine.ts";

const result = z.strictObject({
  title: z.string(),
  method: z.string(),
  /** The day, `2026-11-29`. */
  day: z.string(),
  seconds: z.number(),
  machine,
  findings,
});
export type Result = z.infer<typeof result>;

const results = z.record(z.string(), result);
export type Results = z.infer<typeof results>;

export const RESULTS = new URL("../results.json", import.meta.url);
export const REPORT = new URL("../results.md", import.meta.url);
export const README = new URL("../../README.md", import.meta.url);

export async function readResults(): Promise<Results> {
  return results.parse(JSON.parse(await readFile(RESULTS, "utf8")));
}

export async function writeResults(next: Results): Promise<void> {
  await writeFile(RESULTS, `${JSON.stringify(results.parse(next), null, 2)}\n`);
}
