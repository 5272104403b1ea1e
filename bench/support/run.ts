/**
 * `npm run bench [-- NAME…]`: runs benchmarks, each in a process of its own, one after another, and writes
 * bench/results.json, results.md and the README's table of goals. Figures of benchmarks that were not named stay as they
 * are. `-- report` runs none, and writes what is made of the figures.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { BENCHMARKS } from "../benchmarks.ts";
import { isMet } from "./benchmark.ts";
import { withGoals } from "./readme.ts";
import { report } from "./report.ts";
import { README, readResults, REPORT, writeResults } from "./results.ts";

const named = process.argv.slice(2).filter((name) => name !== "report");
const isReportOnly = process.argv.length > 2 && named.length === 0;
const strangers = named.filter((name) => !BENCHMARKS.includes(name));
if (strangers.length > 0) {
  console.error(`no benchmark is called ${strangers.join(", ")}; there are: ${BENCHMARKS.join(", ")}`);
  process.exit(2);
}

const failed: string[] = [];
for (const name of named.length > 0 || isReportOnly ? named : BENCHMARKS) {
  console.error(`# ${name}`);
  const child = spawn(
    process.execPath,
    ["--expose-gc", fileURLToPath(new URL("run-one.ts", import.meta.url)), name],
    {
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  const [code] = (await once(child, "exit")) as [number | null];
  if (code === 0) await show(name);
  else failed.push(name);
}
const ordered = await inOrder();
await writeResults(ordered);
await writeFile(REPORT, report(ordered));
await writeFile(README, withGoals(await readFile(README, "utf8"), ordered));
if (failed.length > 0) {
  console.error(`these did not run to their end: ${failed.join(", ")}`);
  process.exit(1);
}

async function inOrder() {
  const results = await readResults();
  return Object.fromEntries(
    BENCHMARKS.flatMap((name) => {
      const result = results[name];
      return result === undefined ? [] : [[name, result] as const];
    }),
  );
}

async function show(name: string): Promise<void> {
  const { [name]: result } = await readResults();
  for (const goal of result?.findings.goals ?? []) {
    console.error(
      `${isMet(goal) ? "met   " : "missed"} ${goal.what}: ${goal.is.toPrecision(4)} ${goal.unit ?? ""}`,
    );
  }
}
