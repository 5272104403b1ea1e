/** Benchmark 6: what an isolate takes before it serves, and for the first request that it serves. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { z } from "zod";
import { workerBundle } from "../cli/bundle.ts";
import type { Bench } from "./support/benchmark.ts";
import { startEdge } from "./support/edge-on-workerd.ts";
import { madeCluster } from "./support/made-cluster.ts";
import { exactCpuTime } from "./support/processes.ts";
import { type MadeSnapshot, madeSnapshot } from "./support/snapshot.ts";
import { inTurns, median } from "./support/statistics.ts";

const EMPTY = [
  'import { DurableObject } from "cloudflare:workers";',
  "export class HeadObject extends DurableObject {}",
  "export class LimitObject extends DurableObject {}",
  "export default { fetch: () => new Response() };",
].join("\n");

const STARTS = 3;
const FIRST_REQUESTS = 5;
const KIB = 1024;

export const bench: Bench = {
  title: "Cold start",
  method:
    "The bundle as `wrangler deploy` ships it. Start-up: CPU of workerd until it is up, less that with an empty Worker, in " +
    "turns. First request: in a fresh process of Node, with storage and backend in memory and a snapshot of 10,000 hosts; the " +
    "edge is made in that time, too; garbage is collected before it, and zod makes no code, as in Workers.",
  async run(say) {
    const bundle = await readFile(await workerBundle());
    const zipped = gzipSync(bundle, { level: constants.Z_BEST_COMPRESSION }).length;
    const small = await madeSnapshot({});
    say("starting workerd");
    const starts = await inTurns(
      { edge: () => startCpu(small), empty: () => startCpu(small, EMPTY) },
      STARTS,
    );
    say("a snapshot of 10,000 hosts");
    const large = await madeSnapshot(madeCluster(10_000));
    const byObject = await firstRequests(large, "object");
    const byKv = await firstRequests(large, "kv");
    const start = Math.max(0, starts.edge - starts.empty);
    return {
      rows: [
        { what: "bundle, gzipped", measured: zipped / KIB, unit: "KiB" },
        { what: "bundle", measured: bundle.length / KIB, unit: "KiB" },
        {
          what: "CPU to start workerd",
          measured: starts.edge,
          unit: "ms",
          baseline: { name: "empty Worker", value: starts.empty },
        },
        { what: "first request, head in the Durable Object: CPU", measured: byObject.ms, unit: "ms" },
        { what: "first request, head in KV alone: CPU", measured: byKv.ms, unit: "ms" },
        {
          what: "first request, head in the Durable Object: KV reads",
          measured: byObject.reads,
          unit: "reads",
        },
        { what: "first request, head in KV alone: KV reads", measured: byKv.reads, unit: "reads" },
      ],
      goals: [
        { what: "start-up CPU", is: start, unit: "ms", want: { atMost: 50 } },
        { what: "bundle, gzipped", is: zipped / 1000, unit: "KB", want: { atMost: 200 } },
        { what: "KV reads of a first request", is: byObject.reads, want: { atMost: 2 } },
        { what: "CPU of a first request", is: byObject.ms, unit: "ms", want: { atMost: 10 } },
      ],
      notes: [
        "The two reads are the shards of the host and of its Service. The head, with the root, comes from a Durable Object; " +
          "where none is bound it takes two reads more, of the head and of the root that it names.",
      ],
    };
  },
};

async function startCpu(snapshot: MadeSnapshot, instead?: string): Promise<number> {
  const worker = await startEdge({
    backend: 9,
    snapshot: { ...snapshot, values: new Map() },
    headInObject: false,
    ...(instead !== undefined && { instead }),
  });
  const cpu = exactCpuTime(worker.pid);
  await worker.stop();
  return cpu;
}

/** As wrangler makes it, of the part that needs no module of the platform. */
async function bundleEdge(path: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL("../worker/edge.ts", import.meta.url))],
    outfile: path,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    logLevel: "warning",
  });
}

const report = z.object({ reads: z.number(), ms: z.number() });

async function firstRequests(snapshot: MadeSnapshot, head: "object" | "kv") {
  const folder = await mkdtemp(join(tmpdir(), "lintel-bench-"));
  try {
    const path = join(folder, "snapshot.json");
    await writeFile(path, JSON.stringify({ ...snapshot, values: Object.fromEntries(snapshot.values) }));
    const bundle = join(folder, "edge.mjs");
    await bundleEdge(bundle);
    const program = fileURLToPath(new URL("cold-start/first-request.ts", import.meta.url));
    const reports: z.infer<typeof report>[] = [];
    for (let i = 0; i < FIRST_REQUESTS; i += 1) {
      const { stdout } = await promisify(execFile)(process.execPath, [
        "--expose-gc",
        program,
        path,
        bundle,
        head,
      ]);
      reports.push(report.parse(JSON.parse(stdout)));
    }
    return { reads: median(reports.map(({ reads }) => reads)), ms: median(reports.map(({ ms }) => ms)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
