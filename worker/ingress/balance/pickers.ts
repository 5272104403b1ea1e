/** How one of the candidates is chosen: one picker a route, for all its requests. */
import type { Balance } from "../../../contract/index.ts";
import type { Exchange } from "../filters/filter.ts";
import type { Pool } from "../pool.ts";
import { compileTemplate } from "../variables.ts";
import { hashText } from "./hash.ts";
import type { Member } from "./member.ts";
import { best, bestFew } from "./rendezvous.ts";

/** @param candidates of the pool; `undefined` only where there are none */
export type Picker = (
  candidates: readonly Member[],
  pool: Pool,
  exchange: Exchange,
  now: number,
) => Member | undefined;

export function pickerOf(balance: Balance | undefined, random: () => number): Picker {
  switch (balance?.by) {
    case undefined:
    case "round_robin":
      return inTurn;
    case "least_connections":
      return leastBusy;
    case "ewma":
      return fasterOfTwo(random);
    case "hash":
      return byKey(balance.key, balance.subset ?? 1);
  }
}

const inTurn: Picker = (candidates, pool) => candidates[pool.nextTurn() % candidates.length];

/** Of those that are equally busy, the next in turn. */
const leastBusy: Picker = (candidates, pool, _, now) => {
  const start = pool.nextTurn();
  let least: Member | undefined;
  let fewest = Infinity;
  for (let i = 0; i < candidates.length; i++) {
    const member = candidates[(start + i) % candidates.length];
    const count = member?.load.count(now) ?? Infinity;
    if (count < fewest) [least, fewest] = [member, count];
  }
  return least;
};

/** Of two by chance the one with the better moving average, as in ingress-nginx: the best of all would be overrun. */
function fasterOfTwo(random: () => number): Picker {
  return (candidates, _, __, now) => {
    const first = Math.floor(random() * candidates.length);
    if (candidates.length < 2) return candidates[first];
    const second = (first + 1 + Math.floor(random() * (candidates.length - 1))) % candidates.length;
    const [a, b] = [candidates[first], candidates[second]];
    if (a === undefined || b === undefined) return a ?? b;
    return b.latency.score(now) < a.latency.score(now) ? b : a;
  };
}

/** A request without a key (the variable stands for nothing) has no place of its own, and is served in turn. */
function byKey(template: string, subset: number): Picker {
  const keyOf = compileTemplate(template);
  return (candidates, pool, exchange, now) => {
    const key = keyOf(exchange);
    if (key === "") return inTurn(candidates, pool, exchange, now);
    if (subset === 1) return best(candidates, hashText(key));
    return inTurn(bestFew(candidates, hashText(key), subset), pool, exchange, now);
  };
}
