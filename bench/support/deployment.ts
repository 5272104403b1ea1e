/** What a real deployment is made of, each in a process of its own: a cluster's API, `lintel agent`, `lintel edge`. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";
import { bundleCommand } from "../../scripts/bundle-command.ts";
import { type ApiServer, startApiServer } from "../../test/kubernetes/api-server/index.ts";
import { type Backends, startBackends } from "./backends.ts";
import { hostOf, ingressOf, serviceOf, sliceOf } from "./cluster.ts";
import { Command } from "./command.ts";

export interface Deployment {
  readonly cluster: ApiServer;
  readonly agent: Command;
  /** Of the backends. */
  readonly port: number;
  /** From the agent's start to the end of its first publication, in milliseconds. */
  readonly firstSync: number;
  /** The part of it that the agent was busy for. */
  readonly firstSyncCpu: number;
  /** What one request to an Ingress's host is answered. */
  ask(ingress: number): Promise<string>;
  /** Asks again and again. Resolves with the time of the first answer that is `expected`, by performance.now(). */
  until(ingress: number, expected: string): Promise<number>;
  /** The agent's metrics, summed over the labels that `match` leaves open. */
  metric(name: string, match?: string): Promise<number>;
  close(): Promise<void>;
}

/** Between two questions whether a change is served. */
const POLL_MS = 2;
/** What is not served after so long never will be. */
const PATIENCE_MS = 60_000;

/** @param probes how many Ingresses lead to backends that answer: the first ones. */
export async function deploy(
  ingresses: number,
  probes: number,
  agentFlags: readonly string[] = [],
): Promise<Deployment> {
  const folder = await mkdtemp(join(tmpdir(), "lintel-bench-"));
  const endings: (() => unknown)[] = [() => rm(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const end of endings.toReversed()) await end();
  };
  try {
    // As it is installed: not every module by itself.
    await bundleCommand();
    const keys = join(folder, "keys");
    if ((await Command.lintel(["keys", "--out", keys]).ended()) !== 0) throw new Error("no keys were made");
    const backends = await startBackends();
    endings.push(() => backends.close());
    const cluster = await startApiServer({ bookmarkEvery: 30_000 });
    endings.push(() => cluster.close());
    fill(cluster, ingresses, probes, backends);

    const free = "127.0.0.1:0";
    const edge = Command.lintel(
      [
        "edge",
        "--http",
        free,
        "--https",
        free,
        "--api",
        free,
        "--keys",
        keys,
        "--state",
        join(folder, "edge"),
      ],
      { LINTEL_API_TOKEN: "bench", LINTEL_TARGETS: "127.0.0.0/8", LINTEL_DNS_TOKEN: "bench" },
    );
    endings.push(() => edge.stop());
    const [[, http = ""], [, api = ""]] = await Promise.all([
      edge.said(/^HTTP +(http:\S+)/),
      edge.said(/^KV API +(\S+)/),
    ]);

    const began = performance.now();
    const kubeconfig = await cluster.kubeconfig();
    const agent = Command.lintel(
      ["agent", "--kubeconfig", kubeconfig, "--kv-url", api, "--keys", keys, "--listen", free, ...agentFlags],
      { LINTEL_API_TOKEN: "bench", LINTEL_STATE: join(folder, "agent"), ...profiled() },
    );
    endings.push(() => agent.stop());
    const listening = agent.said(/health and metrics at (http:[^"]+)/);
    await agent.said(/published generation 1\b/);
    const firstSync = performance.now() - began;
    const firstSyncCpu = agent.cpuMs();
    const [, metrics = ""] = await listening;

    const dispatcher = new Agent({ connections: 1 });
    endings.push(() => dispatcher.close());
    const ask = async (ingress: number) => {
      const answer = await request(http, { dispatcher, headers: { host: hostOf(ingress) } });
      return answer.body.text();
    };
    return {
      cluster,
      agent,
      port: backends.port,
      firstSync,
      firstSyncCpu,
      ask,
      async until(ingress, expected) {
        const began = performance.now();
        for (;;) {
          const answer = await ask(ingress);
          const now = performance.now();
          if (answer === expected) return now;
          if (now - began > PATIENCE_MS) {
            throw new Error(`${hostOf(ingress)} answers ${answer.slice(0, 200)}, not ${expected}`);
          }
          await sleep(POLL_MS);
        }
      },
      async metric(name, match = "") {
        const { body } = await request(new URL("/metrics", metrics));
        const lines = (await body.text()).split("\n");
        return lines
          .filter((line) => line.startsWith(name) && /^[{ ]/.test(line.slice(name.length)))
          .filter((line) => line.includes(match))
          .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** `LINTEL_BENCH_PROFILES=DIR npm run bench -- …` leaves the agent's CPU profiles there. */
function profiled(): Record<string, string> {
  const { LINTEL_BENCH_PROFILES: folder } = process.env;
  return folder === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}` };
}

function fill(cluster: ApiServer, ingresses: number, probes: number, { port }: Backends): void {
  for (let index = 0; index < ingresses; index++) {
    cluster.apply(ingressOf(index));
    cluster.apply(serviceOf(index));
    cluster.apply(index < probes ? sliceOf(index, port, 0, "127.0.0.2") : sliceOf(index, port));
  }
  // A server does not keep the history of all that it ever was told.
  cluster.expire();
}
