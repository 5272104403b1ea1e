/**
 * `npm run soak [-- --minutes 10 --rate 40 --seed 1 --out DIR --short]`: faults under load, on loopback. Ends with 1 where a
 * request failed, an answer was of no generation, or what was published last is not served in the end.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundleCommand } from "../../scripts/bundle-command.ts";
import { longPlan, SHORT_PLAN } from "./plan.ts";
import { reportText } from "./report.ts";
import { run } from "./run.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    rate: { type: "string", default: "40" },
    seed: { type: "string", default: "1" },
    out: { type: "string", default: "dist/soak" },
    short: { type: "boolean", default: false },
    phase: { type: "string", multiple: true },
  },
});
const plan = values.short ? SHORT_PLAN : longPlan(Number(values.minutes));
await bundleCommand();
const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupted.abort());
const { logs, ...report } = await run({
  signal: interrupted.signal,
  plan: plan.filter(({ name }) => values.phase?.includes(name) ?? true),
  seed: Number(values.seed),
  requestsPerSecond: Number(values.rate),
  onPhase: (name) => process.stderr.write(`${new Date().toISOString()} ${name}\n`),
});
await mkdir(values.out, { recursive: true });
const text = reportText({ ...report, logs });
await writeFile(join(values.out, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
await writeFile(join(values.out, "report.txt"), text);
await writeFile(join(values.out, "edge.log"), logs.edge);
await writeFile(join(values.out, "agent.log"), logs.agent);
process.stdout.write(text);
const isWell =
  report.convergence.missing.length === 0 && report.phases.every(({ problems }) => problems === 0);
process.exitCode = isWell ? 0 : 1;
