/** Benchmark 1: what the edge costs a request, against a Worker that does nothing but forward it. */
import type { Bench } from "./support/benchmark.ts";
import { type RunningWorker, requestTo, startEdge } from "./support/edge-on-workerd.ts";
import { startBackend, startClient } from "./support/load.ts";
import { hostName, madeCluster, REQUEST_PATHS, ROUTES_OF_HOST } from "./support/made-cluster.ts";
import { cpuTime, memoryOf } from "./support/processes.ts";
import { madeSnapshot } from "./support/snapshot.ts";
import { drawer } from "./support/draw.ts";
import { median } from "./support/statistics.ts";

const BARE = "export default { fetch: (request, env) => env.CLUSTER.fetch(request) };";

const MANY = 10_000;
const CONNECTIONS = 24;
const WARM_UP_MS = 2_000;
/** Short and many: what else the machine does then falls on all alike. */
const ROUND_MS = 500;
const ROUNDS = 25;
/** So many at least before the rounds: V8 compiles what it has found to be used. */
const LEAST_FIRST = 10_000;
const LONGEST_MS = 60_000;

interface Subject {
  readonly name: string;
  readonly hosts: number;
  readonly worker: RunningWorker;
  readonly requests: readonly string[];
}

interface Round {
  readonly rate: number;
  readonly cpu: number;
  readonly p99: number;
}

/** Evenly over hosts and paths, in an order without a pattern that a cache could gain or suffer from. */
function requestsTo(hosts: number): string[] {
  const draw = drawer(7);
  return Array.from({ length: hosts === 1 ? REQUEST_PATHS.length : 2 * hosts }, (_, index) =>
    requestTo(hostName(Math.floor(draw() * hosts)), REQUEST_PATHS[index % REQUEST_PATHS.length] ?? "/"),
  );
}

/** One for each path of each host: what is made of a route is made with its first request. */
function firstRequestsTo(hosts: number): string[] {
  return REQUEST_PATHS.flatMap((path) =>
    Array.from({ length: hosts }, (_, index) => requestTo(hostName(index), path)),
  );
}

export const bench: Bench = {
  title: "Edge overhead",
  method:
    "The Worker on workerd between a client with 24 connections and a backend in memory, against a Worker in its place that " +
    "is `fetch: (request, env) => env.CLUSTER.fetch(request)` and no more. Each route is asked for once before; what that " +
    "takes is told apart. Then rounds of all three in turns; medians. Requests go to hosts drawn evenly, and to four routes of each. CPU is " +
    "that of the workerd process, of user and kernel.",
  async run(say) {
    const backend = await startBackend();
    const client = startClient();
    const subjects: Subject[] = [];
    try {
      for (const hosts of [1, MANY]) {
        say(`a snapshot of ${hosts} hosts`);
        const snapshot = await madeSnapshot(madeCluster(hosts));
        const start = (instead?: string) =>
          startEdge({ backend: backend.port, snapshot, ...(instead !== undefined && { instead }) });
        const requests = requestsTo(hosts);
        if (hosts === 1) subjects.push({ name: "bare", hosts, worker: await start(BARE), requests });
        subjects.push({ name: String(hosts), hosts, worker: await start(), requests });
      }
      say("asking for each route once");
      const firsts = new Map<string, number>();
      for (const { name, hosts, worker } of subjects) {
        const requests = firstRequestsTo(hosts);
        const most = Math.max(LEAST_FIRST, requests.length);
        const before = cpuTime(worker.pid);
        const order = { at: worker.port, connections: CONNECTIONS, ms: LONGEST_MS, most, requests };
        const load = await client.load(order);
        firsts.set(name, ((cpuTime(worker.pid) - before) * 1000) / load.requests);
      }
      const rounds = new Map<string, Round[]>(subjects.map(({ name }) => [name, []]));
      for (let turn = 0; turn <= ROUNDS; turn += 1) {
        say(turn === 0 ? "warming up" : `round ${turn} of ${ROUNDS}`);
        for (const { name, worker, requests } of subjects) {
          const before = cpuTime(worker.pid);
          const ms = turn === 0 ? WARM_UP_MS : ROUND_MS;
          const load = await client.load({ at: worker.port, connections: CONNECTIONS, ms, requests });
          const cpu = ((cpuTime(worker.pid) - before) * 1000) / load.requests;
          if (turn > 0) rounds.get(name)?.push({ rate: load.requests / load.seconds, cpu, p99: load.p99 });
        }
      }
      const figure = (name: string, of: keyof Round) =>
        median((rounds.get(name) ?? []).map((round) => round[of]));
      const last = subjects.at(-1)?.worker.pid;
      return findings(figure, firsts, last === undefined ? 0 : memoryOf(last).now);
    } finally {
      for (const { worker } of subjects) await worker.stop();
      await client.close();
      await backend.close();
    }
  },
};

function findings(
  figure: (name: string, of: keyof Round) => number,
  firsts: ReadonlyMap<string, number>,
  memory: number,
) {
  const first = {
    what: "10,000 hosts: CPU of a route's first request",
    measured: firsts.get(String(MANY)) ?? Number.NaN,
    unit: "µs",
    baseline: { name: "bare Worker's first requests", value: firsts.get("bare") ?? Number.NaN },
  };
  const row = (what: string, name: string, of: keyof Round, unit: string) => ({
    what,
    measured: figure(name, of),
    unit,
    baseline: { name: "bare Worker", value: figure("bare", of) },
  });
  const ratio = (name: string, of: keyof Round) => figure(name, of) / figure("bare", of);
  const sizes = [
    { name: "1", what: "1 host", atLeast: 0.9 },
    { name: String(MANY), what: "10,000 hosts", atLeast: 0.85 },
  ];
  return {
    rows: [
      ...sizes.flatMap(({ name, what }) => [
        row(`${what}: throughput`, name, "rate", "requests/s"),
        row(`${what}: CPU of a request`, name, "cpu", "µs"),
        row(`${what}: p99`, name, "p99", "ms"),
      ]),
      first,
    ],
    goals: sizes.flatMap(({ name, what, atLeast }) => [
      { what: `${what}: throughput against the bare Worker`, is: ratio(name, "rate"), want: { atLeast } },
      { what: `${what}: p99 against the bare Worker`, is: ratio(name, "p99"), want: { atMost: 1.25 } },
    ]),
    notes: [
      `10,000 hosts have ${(MANY * ROUTES_OF_HOST).toLocaleString("en-US")} routes and 10,000 Services with 3 endpoints each; ` +
        `after all of them were asked for, workerd with them takes ${Math.round(memory)} MiB.`,
      "Client, backend and workerd share the machine: with two cores, a request that takes longer in workerd is what is seen.",
    ],
  };
}
