/** Runs the one benchmark that is named and puts its findings into bench/results.json. */
import { findings } from "./benchmark.ts";
import { loadBenchmark } from "../benchmarks.ts";
import { thisMachine } from "./machine.ts";
import { readResults, writeResults } from "./results.ts";

const [name = ""] = process.argv.slice(2);
const { title, method, run } = await loadBenchmark(name);
const start = performance.now();
const found = findings.parse(await run((text) => console.error(`  ${text}`)));
await writeResults({
  ...(await readResults()),
  [name]: {
    title,
    method,
    day: new Date().toISOString().slice(0, 10),
    seconds: (performance.now() - start) / 1000,
    machine: thisMachine(),
    findings: found,
  },
});
