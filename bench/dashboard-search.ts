/** The dashboard's search over ten thousand hosts: from the request to the last byte of the page. */
import type { Bench } from "./support/benchmark.ts";
import { askSystem, type RunningWorker, startEdge } from "./support/edge-on-workerd.ts";
import { hostName, madeCluster } from "./support/made-cluster.ts";
import { memoryOf } from "./support/processes.ts";
import { madeSnapshot } from "./support/snapshot.ts";
import { median, quantile } from "./support/statistics.ts";

const MANY = 10_000;
const FEW = 100;
const TOKEN = "token";
const SEARCHES = 40;
const GOAL_MS = 200;

/** Parts of names, of Ingresses and of Services; some are in many hosts, some in none. */
const searchFor = (index: number) =>
  [hostName(index * 13), `team-${index}/`, `app-${index}`, `no-such-${index}`][index % 4] ?? "";

interface Searched {
  /** Milliseconds, of the first search of an isolate: it reads all that there is. */
  readonly first: number;
  readonly later: readonly number[];
  /** Of a page. */
  readonly bytes: number;
  /** MiB of workerd. */
  readonly memory: number;
}

export const bench: Bench = {
  title: "Search in the dashboard",
  method:
    "The page of hosts with a search, from the Worker on workerd, over HTTP, one request after the other; against the same in a " +
    "cluster of 100 hosts. The first search of an isolate reads every shard once; those after it go through what it kept.",
  async run(say) {
    const few = await searched(FEW, say);
    const many = await searched(MANY, say);
    const baseline = (value: number) => ({ name: `${FEW} hosts`, value });
    const typical = median(many.later);
    const slowest = quantile(many.later, 1);
    return {
      rows: [
        {
          what: "a search, 10,000 hosts",
          measured: typical,
          unit: "ms",
          baseline: baseline(median(few.later)),
        },
        { what: "the slowest", measured: slowest, unit: "ms", baseline: baseline(quantile(few.later, 1)) },
        { what: "the first of an isolate", measured: many.first, unit: "ms", baseline: baseline(few.first) },
        { what: "a page of hosts", measured: many.bytes, unit: "bytes", baseline: baseline(few.bytes) },
        { what: "memory of workerd", measured: many.memory, unit: "MiB", baseline: baseline(few.memory) },
      ],
      goals: [{ what: "the slowest search", is: slowest, unit: "ms", want: { atMost: GOAL_MS } }],
    };
  },
};

async function searched(hosts: number, say: (text: string) => void): Promise<Searched> {
  say(`a snapshot of ${hosts} hosts`);
  const snapshot = await madeSnapshot(madeCluster(hosts));
  // Nothing is forwarded.
  const worker: RunningWorker = await startEdge({
    backend: 9,
    snapshot,
    variables: { LINTEL_DNS_TOKEN: TOKEN },
  });
  try {
    const timed = async (path: string) => {
      const begin = performance.now();
      await askSystem(worker.port, path, TOKEN);
      return performance.now() - begin;
    };
    say("searching");
    const first = await timed("/hosts");
    const later: number[] = [];
    for (let i = 0; i < SEARCHES; i += 1) {
      later.push(await timed(`/hosts?q=${encodeURIComponent(searchFor(i))}`));
    }
    const bytes = await askSystem(worker.port, "/hosts", TOKEN);
    return { first, later, bytes, memory: memoryOf(worker.pid).now };
  } finally {
    await worker.stop();
  }
}
