/** Asks all the time, at a steady rate, and holds every answer against what its generation must answer. */
import { setTimeout as delay } from "node:timers/promises";
import { type Answer, problemOf } from "./checker.ts";
import { type Clients, openClients } from "./clients.ts";
import { type Edge, SYSTEM_HOST } from "./edge.ts";
import { HOSTS, SERVICE_KEY } from "./objects.ts";
import type { Tally } from "./tally.ts";
import type { Truth } from "./truth.ts";

export interface LoadOptions {
  readonly edge: Edge;
  readonly truth: Truth;
  readonly onServed: (generation: number) => void;
  readonly tally: Tally;
  readonly requestsPerSecond: number;
  readonly random: () => number;
}

export interface Load {
  stop(): Promise<void>;
}

/** The most requests that are on their way at once. */
const MOST_UNDERWAY = 64;
const SLOW_MS = 2000;
const RECORDS = Object.values(HOSTS).flat();

export function startLoad({ edge, truth, onServed, tally, requestsPerSecond, random }: LoadOptions): Load {
  const { http, https } = edge.ports;
  const clients = openClients({ http, https, ca: edge.ca, systemHost: SYSTEM_HOST });
  const underway = new Set<Promise<void>>();
  // The newest generation that was seen, and in which of the edge's lives.
  let seen = { generation: 0, life: 0 };
  const stopping = new AbortController();

  async function one(kind: keyof Omit<Clients, "close">, ask: () => Promise<Answer>): Promise<void> {
    const began = performance.now();
    const { generation: before, life } = seen;
    tally.request(kind);
    let answer: Answer;
    try {
      answer = await ask();
    } catch (error) {
      if (edge.wasDownSince(began)) tally.lostWhileDown();
      else tally.problem(kind, `no answer: ${describe(error)}`);
      return;
    }
    const { generation } = answer;
    const ms = performance.now() - began;
    tally.answered(generation, ms);
    if (ms > SLOW_MS) tally.slow(kind, ms);
    const problem = problemOf(answer, SERVICE_KEY, truth.of(generation ?? 0));
    if (problem !== undefined) tally.problem(kind, problem);
    if (generation === undefined) return;
    if (generation < before && life === edge.starts) {
      tally.problem(kind, `generation ${generation} after ${before}`);
    }
    if (generation > seen.generation || seen.life !== edge.starts) {
      seen = { generation, life: edge.starts };
      onServed(generation);
    }
  }

  function next(turn: number): Promise<void> {
    const record = RECORDS[Math.floor(random() * RECORDS.length)] ?? "";
    const host = record.replace("*", `any-${turn % 10}`);
    // Half of it over HTTP, a quarter each over HTTPS and for names.
    if (turn % 2 === 0) return one("http", () => clients.http(host, record));
    if (turn % 4 === 1) return one("https", () => clients.https(host, record));
    return one("dns", () => clients.dns());
  }

  async function run(): Promise<void> {
    const began = performance.now();
    for (let turn = 0; !stopping.signal.aborted; turn++) {
      await delay(Math.max(0, began + (turn * 1000) / requestsPerSecond - performance.now()));
      if (underway.size >= MOST_UNDERWAY) continue;
      const request = next(turn).finally(() => underway.delete(request));
      underway.add(request);
    }
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
      await Promise.all(underway);
      clients.close();
    },
  };
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return `${code ?? error.name}: ${error.message}`;
}
