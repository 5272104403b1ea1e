/**
 * A client that asks all the time while versions of a configuration follow one another, and holds every answer against
 * what may not happen: a request that fails, and a version from before one that was seen. Each version is an Ingress
 * of two hosts and a Service of its own, so that neither half of it would do alone.
 */
import http from "node:http";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { ingress } from "./objects.ts";
import type { Scene } from "./scene.ts";

export interface LoadReport {
  readonly requests: number;
  /** Empty when all is well. */
  readonly problems: readonly string[];
}

export interface Load {
  /** Makes a next version, over the cluster's API. Resolves with its number when the API has it. */
  deploy(): Promise<number>;
  /** Resolves when both hosts serve it. */
  serves(version: number): Promise<void>;
  /** Takes away what a version needed that nobody is served by any more. */
  retire(version: number): Promise<void>;
  /** What happened so far. */
  report(): LoadReport;
  stop(): Promise<void>;
}

const HOSTS = ["left.load.test", "right.load.test"];
const SYSTEM_HOST = "edge.lintel.test";
/** Between two rounds: about a hundred requests a second, on machines of two cores. */
const PAUSE_MS = 20;
/** Every so many rounds the generation is asked for, too. */
const ROUNDS_TO_STATUS = 5;

/** Deploys version 1, waits until it is served, and asks from then on. An agent must be running. */
export async function startLoad(scene: Scene): Promise<Load> {
  const { client, upstreams, className } = scene;
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const problems: string[] = [];
  const seen = { version: 1, generation: 0 };
  let requests = 0;
  let rounds = 0;
  let latest = 0;
  const stopped = new AbortController();
  let waiting: { readonly version: number; readonly resolve: () => void }[] = [];

  async function ask(host: string, path: string): Promise<string> {
    const request = http.get({ port: scene.http, host: "127.0.0.1", path, headers: { host }, agent });
    const [response] = (await once(request, "response")) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    if (response.statusCode !== 200) throw new Error(`${response.statusCode} ${body}`);
    return body;
  }

  /** Never less than before. */
  function rises(what: keyof typeof seen, value: number, host: string): void {
    if (!(value >= seen[what])) problems.push(`${host}: ${what} ${value} after ${seen[what]}`);
    seen[what] = Math.max(seen[what], value);
  }

  async function round(): Promise<void> {
    const versions: number[] = [];
    for (const host of HOSTS) {
      requests += 1;
      try {
        const version = Number((await ask(host, "/")).replace("v", ""));
        versions.push(version);
        rises("version", version, host);
      } catch (error) {
        problems.push(`${host}: ${String(error)}`);
      }
    }
    rounds += 1;
    if (rounds % ROUNDS_TO_STATUS === 0) {
      const { generation } = JSON.parse(await ask(SYSTEM_HOST, "/status")) as { generation: number };
      rises("generation", generation, SYSTEM_HOST);
    }
    const least = versions.length === HOSTS.length ? Math.min(...versions) : 0;
    const met = waiting.filter(({ version }) => version <= least);
    waiting = waiting.filter((waiter) => !met.includes(waiter));
    for (const { resolve } of met) resolve();
  }

  async function deploy(): Promise<number> {
    latest += 1;
    const version = latest;
    const name = `v${version}`;
    await upstreams.serve(client, name);
    await client.put(
      ingress("load", { className, hosts: Object.fromEntries(HOSTS.map((host) => [host, name])) }),
    );
    return version;
  }

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      await round();
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  await deploy();
  for (const host of HOSTS) await scene.answers(host, "v1");
  const running = run().catch((error: unknown) => {
    problems.push(`the client loop ended: ${String(error)}`);
  });

  return {
    deploy,
    serves(version) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      waiting.push({ version, resolve: () => resolve(undefined) });
      return promise;
    },
    async retire(version) {
      await client.remove("Service", `v${version}`);
      await client.remove("EndpointSlice", `v${version}`);
    },
    report: () => ({ requests, problems }),
    async stop() {
      stopped.abort();
      await running;
      agent.destroy();
    },
  };
}
