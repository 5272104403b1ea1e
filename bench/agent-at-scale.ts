/** Benchmark 5: what an agent needs for a large cluster, and what a cluster that never rests costs. */
import { setTimeout as sleep } from "node:timers/promises";
import { BACKENDS } from "./support/backends.ts";
import type { Bench, Goal, Row } from "./support/benchmark.ts";
import { ENDPOINTS_PER_SERVICE, sliceOf } from "./support/cluster.ts";
import { type Deployment, deploy } from "./support/deployment.ts";
import { median, quantile } from "./support/statistics.ts";

const INGRESSES = 10_000;
const ENDPOINTS = INGRESSES * ENDPOINTS_PER_SERVICE;
const CHANGES_PER_SECOND = 100;
/** Of a minute's churn; the figures for a month are scaled from it. */
const CHURN_SECONDS = 30;
const MONTH_SECONDS = 30 * 24 * 3600;
/** Workers KV, beyond what is included (https://developers.cloudflare.com/kv/platform/pricing/). */
const DOLLARS_PER_WRITE = 5 / 1e6;
/** What an agent keeps to towards Cloudflare, and what may be asked of it to save writes. In milliseconds. */
const INTERVALS = [1_500, 10_000] as const;

interface Churn {
  readonly writesPerSecond: number;
  readonly publicationsPerSecond: number;
  readonly cpuShare: number;
  readonly lagMs: readonly number[];
}

/** Endpoints of ever other Services change, and those of Service 0 back and forth, whose changes are watched for. */
async function churn(deployment: Deployment): Promise<Churn> {
  const { agent, cluster, port } = deployment;
  const writes = () => deployment.metric("lintel_agent_kv_keys_total", 'operation="put"');
  const operations = () => deployment.metric("lintel_agent_kv_operations_total", 'operation="put"');
  const [writesBefore, putsBefore, cpuBefore] = [await writes(), await operations(), agent.cpuMs()];
  const began = performance.now();
  const watched = watchChanges(deployment, began + CHURN_SECONDS * 1000);
  let changes = 0;
  for (;;) {
    const elapsed = performance.now() - began;
    if (elapsed >= CHURN_SECONDS * 1000) break;
    for (; changes < (elapsed / 1000) * CHANGES_PER_SECOND; changes++) {
      // A prime, so that all Services get their turn, far apart.
      cluster.apply(sliceOf(1 + ((changes * 7_919) % (INGRESSES - 1)), port, changes + 1));
    }
    await sleep(5);
  }
  const seconds = (performance.now() - began) / 1000;
  const [writesAfter, putsAfter, cpuAfter] = [await writes(), await operations(), agent.cpuMs()];
  return {
    writesPerSecond: (writesAfter - writesBefore) / seconds,
    // Two requests write: the shards with the root, then the head.
    publicationsPerSecond: (putsAfter - putsBefore) / 2 / seconds,
    cpuShare: (cpuAfter - cpuBefore) / 1000 / seconds,
    lagMs: await watched,
  };
}

async function watchChanges(deployment: Deployment, end: number): Promise<number[]> {
  const lags: number[] = [];
  for (let round = 0; performance.now() < end; round++) {
    const backend = BACKENDS[(round + 1) % BACKENDS.length] ?? BACKENDS[0];
    const began = performance.now();
    deployment.cluster.apply(sliceOf(0, deployment.port, 0, backend));
    lags.push((await deployment.until(0, backend)) - began);
    // Publications come at a beat: changes must not keep to it.
    await sleep(100 + ((round * 379) % 700));
  }
  return lags;
}

const dollars = (writesPerSecond: number) => writesPerSecond * MONTH_SECONDS * DOLLARS_PER_WRITE;

export const bench: Bench = {
  title: "Agent at scale",
  method:
    `${INGRESSES.toLocaleString("en-US")} Ingresses and Services, ${ENDPOINTS.toLocaleString("en-US")} endpoints, in a Kubernetes API over a socket; \`lintel agent\` and \`lintel edge\` in processes of ` +
    `their own on one machine. Then ${CHANGES_PER_SECOND} EndpointSlices change a second, each of another Service, while requests watch for the changes of ` +
    "one Service. The agent publishes as often as towards Cloudflare, every 1.5 s at the most, and then every 10 s.",
  async run(say) {
    const rows: Row[] = [];
    const goals: Goal[] = [];
    for (const interval of INTERVALS) {
      const deployment = await deploy(INGRESSES, 1, ["--publish-interval", String(interval)]);
      try {
        const { firstSync, firstSyncCpu, agent } = deployment;
        if (interval === INTERVALS[0]) {
          await deployment.until(0, BACKENDS[0]);
          await sleep(5_000);
          const memory = agent.memory();
          say(
            `first sync ${(firstSync / 1000).toFixed(1)} s, ${(firstSyncCpu / 1000).toFixed(1)} s of CPU, ${memory.now.toFixed()} MiB`,
          );
          rows.push(
            {
              what: "first sync, from the agent's start to its first publication",
              measured: firstSync / 1000,
              unit: "s",
            },
            { what: "first sync: agent's CPU", measured: firstSyncCpu / 1000, unit: "s" },
            { what: "memory at rest", measured: memory.now, unit: "MiB" },
            { what: "memory at its peak", measured: memory.most, unit: "MiB" },
          );
          goals.push(
            { what: "first sync", is: firstSync / 1000, unit: "s", want: { atMost: 20 } },
            { what: "memory at rest", is: memory.now, unit: "MiB", want: { atMost: 1024 } },
          );
        }
        const found = await churn(deployment);
        say(JSON.stringify({ interval, ...found }));
        const what = `churn, published every ${interval / 1000} s`;
        const writes = found.writesPerSecond;
        rows.push(
          { what: `${what}: KV writes`, measured: writes, unit: "keys/s" },
          { what: `${what}: at list price`, measured: dollars(found.writesPerSecond), unit: "$ a month" },
          { what: `${what}: freshness, median`, measured: median(found.lagMs), unit: "ms" },
          { what: `${what}: freshness, p99`, measured: quantile(found.lagMs, 0.99), unit: "ms" },
          { what: `${what}: agent's CPU`, measured: 100 * found.cpuShare, unit: "% of a core" },
          { what: `${what}: memory at its peak`, measured: agent.memory().most, unit: "MiB" },
        );
      } finally {
        await deployment.close();
      }
    }
    return {
      rows,
      goals,
      notes: [
        `Churn was measured for ${CHURN_SECONDS} s after the first publication, and scaled to a month of nothing else; $5 for a million KV writes or deletes.`,
        "Freshness is of one Service's changes amid the others, as in `change-to-served`; a p99 of so few is their slowest.",
      ],
    };
  },
};
