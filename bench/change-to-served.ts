/** Benchmark 4: from a change in the cluster to the first request that is answered by it, beside nginx and its reload. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Bench, Goal, Row } from "./support/benchmark.ts";
import { BACKENDS, startBackends } from "./support/backends.ts";
import { type Backend, ENDPOINTS_PER_SERVICE, ingressOf, sliceOf } from "./support/cluster.ts";
import { type Deployment, deploy } from "./support/deployment.ts";
import { startNginx } from "./support/nginx.ts";
import { median, quantile } from "./support/statistics.ts";

const SIZES = [100, 1_000, 10_000] as const;
/** Ingresses whose Services have backends that answer. All of one namespace, so that they may lead to one another's. */
const PROBES = [0, 50] as const;
const ROUNDS = 20;
const NGINX_ROUNDS = 5;
const [OLD, NEW] = BACKENDS;

interface Change {
  /** Lets Ingress 0 lead to that backend. */
  readonly to: (deployment: Deployment, backend: Backend) => void;
}

const KINDS: Readonly<Record<"Ingress" | "EndpointSlice", Change>> = {
  EndpointSlice: {
    to: ({ cluster, port }, backend) => void cluster.apply(sliceOf(PROBES[0], port, 0, backend)),
  },
  Ingress: {
    to: ({ cluster }, backend) =>
      void cluster.apply(ingressOf(PROBES[0], backend === OLD ? PROBES[0] : PROBES[1])),
  },
};

interface Figures {
  readonly ms: readonly number[];
  /** Each of one change, in the mean. */
  readonly cpuMs: number;
  readonly operations: number;
  readonly writes: number;
  readonly bytes: number;
}

async function measure(deployment: Deployment, { to }: Change): Promise<Figures> {
  const { agent } = deployment;
  const counts = async () => [
    agent.cpuMs(),
    await deployment.metric("lintel_agent_kv_operations_total"),
    await deployment.metric("lintel_agent_published_keys_total"),
    await deployment.metric("lintel_agent_published_bytes_total"),
  ];
  const before = await counts();
  const ms: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const backend = round % 2 === 0 ? NEW : OLD;
    await rest(deployment);
    const began = performance.now();
    to(deployment, backend);
    ms.push((await deployment.until(PROBES[0], backend)) - began);
  }
  await rest(deployment);
  const after = await counts();
  const [cpuMs = 0, operations = 0, writes = 0, bytes = 0] = after.map(
    (count, index) => (count - (before[index] ?? 0)) / ROUNDS,
  );
  return { ms, cpuMs, operations, writes, bytes };
}

/** So that each change is one of its own, and what the last one left to do is done. */
async function rest({ agent }: Deployment): Promise<void> {
  await sleep(400);
  for (let busy = agent.cpuMs(); ; busy = agent.cpuMs()) {
    await sleep(100);
    if (agent.cpuMs() - busy <= 10) return;
  }
}

const name = (size: number) => `${size.toLocaleString("en-US")} Ingresses`;

export const bench: Bench = {
  title: "Change to served",
  method:
    "A Kubernetes API over a socket, `lintel agent` and `lintel edge`, each in a process of its own on one machine. Each Ingress " +
    `has a host and a Service of its own with ${ENDPOINTS_PER_SERVICE} endpoints. One object changes at rest; from then on requests are made one ` +
    "after another, 2 ms apart, until one is answered by the backend that the change leads to. Beside it Debian's nginx with as many " +
    "servers and upstreams: its file is written, it is told to reload, and asked in the same way.",
  async run(say) {
    const rows: Row[] = [];
    const goals: Goal[] = [];
    const medians = new Map<string, number>();
    const backends = await startBackends();
    try {
      for (const size of SIZES) {
        const nginxMs = await reloads(size, backends.port);
        const baseline = { name: "nginx", value: median(nginxMs) };
        say(`nginx, ${size} servers: ${median(nginxMs).toFixed()} ms`);
        const deployment = await deploy(size, PROBES[1] + 1);
        try {
          // The Service that the Ingress is led to answers from the other backend.
          deployment.cluster.apply(sliceOf(PROBES[1], deployment.port, 0, NEW));
          await deployment.until(PROBES[1], NEW);
          for (const [kind, change] of Object.entries(KINDS)) {
            const figures = await measure(deployment, change);
            const [p50, p99] = [median(figures.ms), quantile(figures.ms, 0.99)];
            say(
              `${name(size)}, one ${kind}: ${p50.toFixed()} ms, p99 ${p99.toFixed()} ms, ${JSON.stringify(figures)}`,
            );
            const what = `${name(size)}, one ${kind} changes`;
            rows.push(
              { what: `${what}: median`, measured: p50, unit: "ms", baseline },
              {
                what: `${what}: p99`,
                measured: p99,
                unit: "ms",
                baseline: { ...baseline, value: Math.max(...nginxMs) },
              },
              { what: `${what}: KV operations`, measured: figures.operations, unit: "requests" },
              { what: `${what}: KV writes`, measured: figures.writes, unit: "keys" },
              { what: `${what}: bytes written`, measured: figures.bytes / 1024, unit: "KiB" },
              { what: `${what}: agent's CPU`, measured: figures.cpuMs, unit: "ms" },
            );
            medians.set(`${size} ${kind}`, p50);
            if (size !== 10_000) continue;
            const ratio = p50 / (medians.get(`${SIZES[0]} ${kind}`) ?? 0);
            goals.push(
              { what: `${what}: median`, is: p50, unit: "ms", want: { atMost: 300 } },
              { what: `${what}: times the figure at 100`, is: ratio, want: { atMost: 1.5 } },
            );
            if (kind === "EndpointSlice") {
              goals.push({ what: `${what}: KV writes`, is: figures.writes, want: { atMost: 4 } });
            }
          }
        } finally {
          await deployment.close();
        }
      }
    } finally {
      await backends.close();
    }
    return {
      rows,
      goals,
      notes: [
        `Each figure is of ${ROUNDS} changes, so the p99 is the slowest of them; nginx's of ${NGINX_ROUNDS}.`,
        "KV writes are keys written (shards, root, head), KV operations are requests to the KV API, reads included.",
      ],
    };
  },
};

async function reloads(servers: number, port: number): Promise<number[]> {
  const nginx = await startNginx(servers, port);
  try {
    const ms: number[] = [];
    for (let round = 0; round < NGINX_ROUNDS; round++) {
      ms.push(await nginx.change(round % 2 === 0 ? NEW : OLD));
    }
    return ms;
  } finally {
    await nginx.close();
  }
}
