/** Benchmark 2: finding the route of a request, without anything else of the edge. */
import { runInThisContext } from "node:vm";
import type { Bench, Goal, Row } from "./support/benchmark.ts";
import { drawer } from "./support/draw.ts";
import { type Contender, CONTENDERS } from "./matching/contenders.ts";
import { madeRoutes, type Question } from "./matching/routes.ts";
import { median } from "./support/statistics.ts";

const SIZES = [10, 1_000, 100_000];
const QUESTIONS = 4_096;
const ROUND_MS = 80;
const ROUNDS = 5;
/** Nobody reloads a router that takes longer to build. */
const LONGEST_BUILD_MS = 20_000;

const OURS = "Lintel";

export const bench: Bench = {
  title: "Matching alone",
  method:
    "From host and path to a route, in one process, on the same routes: of ten, five are exact paths and prefixes of " +
    "a host and three of a wildcard host, and two are regular expressions. 4,096 questions to routes drawn evenly, each of which must " +
    "give the right route. Rounds of all in turns; medians. find-my-way and Hono see host and path as one path.",
  run(say) {
    const rows: Row[] = [];
    const goals: Goal[] = [];
    const notes: string[] = [];
    const ours = new Map<number, number>();
    for (const size of SIZES) {
      const routes = madeRoutes(size);
      const draw = drawer(11);
      const questions = Array.from({ length: QUESTIONS }, () => routes.question(draw));
      const standing: { readonly name: string; readonly find: (question: Question) => unknown }[] = [];
      for (const contender of CONTENDERS) {
        say(`${size} routes: building ${contender.name}`);
        const built = buildIt(contender, routes.all, questions);
        const at = `${contender.name} at ${size.toLocaleString("en-US")} routes`;
        if ("problem" in built) notes.push(`${at}: ${built.problem}`);
        else standing.push({ name: contender.name, find: built.find });
      }
      const figures = measure(standing, questions);
      const own = figures.get(OURS) ?? Number.NaN;
      ours.set(size, own);
      for (const [name, value] of figures) {
        if (name === OURS) continue;
        rows.push({
          what: `${size.toLocaleString("en-US")} routes`,
          measured: own,
          unit: "ns",
          baseline: { name, value },
        });
        goals.push({
          what: `${size.toLocaleString("en-US")} routes: time of a match against ${name}'s`,
          is: own / value,
          want: { atMost: 1 },
        });
      }
    }
    const [first = Number.NaN, last = Number.NaN] = [ours.get(10), ours.get(100_000)];
    goals.push({
      what: "100,000 routes: time of a match against that at 10 routes",
      is: last / first,
      want: { atMost: 1.5 },
    });
    return Promise.resolve({ rows, goals, notes });
  },
};

type Built = { readonly find: (question: Question) => unknown } | { readonly problem: string };

function buildIt(
  contender: Contender,
  routes: Parameters<Contender["build"]>[0],
  questions: readonly Question[],
): Built {
  try {
    const find = inTime(() => {
      const found = contender.build(routes);
      // Some do their work at the first question.
      for (const question of questions.slice(0, 1)) found(question);
      return found;
    });
    for (const question of questions) {
      const found = find(question);
      if (found !== question.route) {
        return {
          problem: `finds ${String(found)} for ${question.host}${question.path}, not ${question.route}.`,
        };
      }
    }
    return { find };
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return { problem: `cannot be built: ${(words || String(error)).slice(0, 100)}` };
  }
}

/** A script's time is limited, and that of what it calls; nothing else interrupts a function. */
function inTime<T>(work: () => T): T {
  const results: T[] = [];
  const context = globalThis as { benchmarkWork?: () => void };
  context.benchmarkWork = () => {
    results.push(work());
  };
  try {
    runInThisContext("benchmarkWork()", { timeout: LONGEST_BUILD_MS });
  } finally {
    delete context.benchmarkWork;
  }
  const [result] = results;
  if (result === undefined) throw new Error("it gave nothing");
  return result;
}

function measure(
  standing: readonly { readonly name: string; readonly find: (question: Question) => unknown }[],
  questions: readonly Question[],
): Map<string, number> {
  const figures = new Map<string, number[]>(standing.map(({ name }) => [name, []]));
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const { name, find } of standing) {
      const ns = nanosecondsOf(find, questions);
      if (round > 0) figures.get(name)?.push(ns);
    }
  }
  return new Map([...figures].map(([name, all]) => [name, median(all)]));
}

function nanosecondsOf(find: (question: Question) => unknown, questions: readonly Question[]): number {
  const start = performance.now();
  let asked = 0;
  let found = 0;
  let elapsed = 0;
  while (elapsed < ROUND_MS) {
    for (const question of questions) if (find(question) !== undefined) found += 1;
    asked += questions.length;
    elapsed = performance.now() - start;
  }
  if (found !== asked) throw new Error("a route was not found");
  return (elapsed * 1e6) / asked;
}
