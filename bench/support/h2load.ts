/** nghttp2's client, which speaks HTTP/1.1 and HTTP/2, in the clear and with TLS. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { quantile } from "./statistics.ts";

export interface Load {
  readonly requests: number;
  readonly perSecond: number;
  /** In milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

export interface LoadOptions {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Asked for in turn; all of the same scheme and host. */
  readonly urls: readonly string[];
  readonly http1?: boolean;
  readonly connections: number;
  /** Requests under way at once on a connection, in HTTP/2. */
  readonly streams: number;
}

/** A first, short load warms the server up and tells how many requests fill the time. */
export async function loadFor(options: LoadOptions, ms: number): Promise<Load> {
  const first = await load(options, 20 * options.connections);
  return load(options, Math.max(options.connections, Math.ceil((first.perSecond * ms) / 1000)));
}

/** @throws when a request does not succeed with 200: figures of failures are none */
export async function load(options: LoadOptions, requests: number): Promise<Load> {
  const { port, urls, connections, streams, http1 = false } = options;
  const folder = await mkdtemp(join(tmpdir(), "lintel-bench-load-"));
  try {
    const list = join(folder, "urls");
    const log = join(folder, "log");
    await writeFile(list, `${urls.join("\n")}\n`);
    const args = [`--connect-to=127.0.0.1:${port}`, `--input-file=${list}`, `--log-file=${log}`];
    args.push(`--requests=${requests}`, `--clients=${connections}`, `--max-concurrent-streams=${streams}`);
    if (http1) args.push("--h1");
    const child = spawn("h2load", args, { stdio: ["ignore", "pipe", "inherit"] });
    const [output] = await Promise.all([text(child.stdout), once(child, "close")]);
    const perSecond = Number(/finished in .*, ([\d.]+) req\/s/.exec(output)?.[1]);
    const succeeded = Number(/status codes: (\d+) 2xx/.exec(output)?.[1]);
    if (succeeded !== requests) throw new Error(`not every request was answered with 2xx:\n${output}`);
    const times = latencies(await readFile(log, "utf8"));
    return { requests, perSecond, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Each line: when it started, the status, and how long it took in microseconds. */
function latencies(log: string): number[] {
  const lines = log.trimEnd().split("\n");
  return lines.map((line) => Number(line.split("\t")[2]) / 1000);
}
