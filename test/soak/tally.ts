/** What happened to the requests of a phase. */

export interface Problem {
  readonly phase: string;
  /** Milliseconds since the run began. */
  readonly at: number;
  readonly kind: string;
  readonly problem: string;
}

export interface PhaseReport {
  readonly name: string;
  readonly seconds: number;
  /** By kind: http, https and dns. */
  readonly requests: Readonly<Record<string, number>>;
  /** Lost connections while the edge's process was down, as is to be expected. */
  readonly whileDown: number;
  readonly problems: number;
  /** How many generations the answers were of. */
  readonly generations: number;
  /** Milliseconds from a request to its answer. */
  readonly latency: { readonly p50: number; readonly p99: number; readonly max: number };
}

/** More of a kind say nothing new. */
const MOST_PROBLEMS = 100;

export class Tally {
  readonly problems: Problem[] = [];
  readonly phases: PhaseReport[] = [];
  readonly slowest: { phase: string; at: number; kind: string; ms: number }[] = [];
  readonly #began = performance.now();
  #phase = fresh("before");

  begin(name: string): void {
    this.end();
    this.#phase = fresh(name);
  }

  end(): void {
    const { name, since, requests, whileDown, problems, generations, times } = this.#phase;
    if (times.length === 0 && problems === 0) return;
    const sorted = times.toSorted((a, b) => a - b);
    const at = (share: number) =>
      Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
    this.phases.push({
      name,
      seconds: Math.round((performance.now() - since) / 100) / 10,
      requests: Object.fromEntries(requests),
      whileDown,
      problems,
      generations: generations.size,
      latency: { p50: at(0.5), p99: at(0.99), max: at(1) },
    });
    this.#phase = fresh(name);
  }

  request(kind: string): void {
    this.#phase.requests.set(kind, (this.#phase.requests.get(kind) ?? 0) + 1);
  }

  answered(generation: number | undefined, ms: number): void {
    if (generation !== undefined) this.#phase.generations.add(generation);
    this.#phase.times.push(ms);
  }

  /** One that took long; the latest are kept. */
  slow(kind: string, ms: number): void {
    const at = Math.round(performance.now() - this.#began);
    this.slowest.push({ phase: this.#phase.name, at, kind, ms: Math.round(ms) });
    if (this.slowest.length > MOST_PROBLEMS) this.slowest.shift();
  }

  lostWhileDown(): void {
    this.#phase.whileDown++;
  }

  problem(kind: string, problem: string): void {
    this.#phase.problems++;
    if (this.problems.length >= MOST_PROBLEMS) return;
    const at = Math.round(performance.now() - this.#began);
    this.problems.push({ phase: this.#phase.name, at, kind, problem });
  }
}

function fresh(name: string) {
  return {
    name,
    since: performance.now(),
    requests: new Map<string, number>(),
    whileDown: 0,
    problems: 0,
    generations: new Set<number>(),
    times: [] as number[],
  };
}
