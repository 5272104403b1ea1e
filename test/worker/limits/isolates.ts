import type { Filters, Limits } from "../../../contract/index.ts";
import type { Answer, LimitPeers, Report } from "../../../worker/limits/exchange.ts";
import { limits } from "../../../worker/ingress/filters/limits/limits.ts";
import type { Step } from "../../../worker/ingress/filters/filter.ts";
import { exchangeOf, routeWith } from "../support/exchange.ts";
import type { VirtualTime } from "./virtual-time.ts";

export const LIMITS: Limits = { by: "address", burstMultiplier: 5, exempt: [], status: 503 };

/** Numbers from 0 up to, but not, 1, the same each time (a linear congruential generator). */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** One isolate of an edge, and how often it lets a client's requests pass. */
export class Isolate {
  passed = 0;
  asked = 0;
  readonly logged: string[] = [];
  readonly #step: Step | undefined;
  readonly #exchange = exchangeOf({});

  constructor(wanted: Partial<Limits>, time: VirtualTime, random: () => number, peers?: LimitPeers) {
    const filters: Filters = { limits: { ...LIMITS, ...wanted } };
    this.#step = limits({
      now: () => time.now,
      delay: time.delay,
      random,
      waitUntil: () => undefined,
      log: (_, __, message) => void this.logged.push(message),
      limitPeers: peers,
    })(filters, routeWith(filters));
  }

  async ask(): Promise<boolean> {
    this.asked++;
    const answer = await this.#step?.request?.(this.#exchange);
    if (answer === undefined) this.passed++;
    return answer === undefined;
  }
}

/** What reaches an object that is so many milliseconds away. */
export function distant(
  time: VirtualTime,
  ms: () => number,
  exchange: (report: Report) => Answer,
): LimitPeers {
  return async (_, report) => {
    await time.delay(ms());
    const answer = exchange(report);
    await time.delay(ms());
    return answer;
  };
}

export interface Load {
  /** Requests a second at each isolate. */
  readonly demand: readonly number[];
  readonly seconds: number;
}

/** Puts isolates under load, with requests at random intervals; how many passed in each second. */
export async function run(
  isolates: readonly Isolate[],
  { demand, seconds }: Load,
  time: VirtualTime,
  random: () => number,
): Promise<number[]> {
  const start = time.now;
  const bySecond: number[] = [];
  const after = (i: number) => (-Math.log(1 - random()) * 1_000) / (demand[i] ?? 1);
  const next = isolates.map((_, i) => start + after(i));
  for (let second = 0; second < seconds; second++) {
    let passed = 0;
    for (;;) {
      const at = Math.min(...next);
      if (at >= start + (second + 1) * 1_000) break;
      await time.pass(Math.max(0, Math.floor(at) - time.now));
      const i = next.indexOf(at);
      if (await isolates[i]?.ask()) passed++;
      next[i] = at + after(i);
    }
    bySecond.push(passed);
  }
  return bySecond;
}
