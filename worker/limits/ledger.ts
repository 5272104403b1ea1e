/** Who uses how much of which limit, for all isolates of an edge. */
import {
  type Answer,
  INTERVAL,
  LEASE,
  type Report,
  STALE,
  type Standing,
  type Underway,
  type Use,
} from "./exchange.ts";
import { Level, REQUEST } from "./rate.ts";
import { RecentMap } from "./recent-map.ts";

/** Keys that are remembered at least; some 10 MB. */
const MOST_KEYS = 16_384;
/** Isolates that are remembered for a key. */
const MOST_ISOLATES = 256;
/** Milliseconds: reports that follow closer say little of a demand. */
const SHORTEST = INTERVAL / 4;

/** An isolate that uses a key. */
interface User {
  /** The key's total when it last spoke, its own use included. */
  readonly seen: number;
  /** Requests a millisecond, refused ones included. */
  readonly demand: number;
  readonly at: number;
}

class Account {
  readonly level: Level;
  /** Requests that were let pass, ever. */
  total = 0;
  /** Whoever spoke longest ago comes first. */
  readonly users = new Map<string, User>();

  constructor(level: Level) {
    this.level = level;
  }
}

interface Holding {
  readonly count: number;
  readonly at: number;
}

/** In memory, and little of it: what it forgets, the isolates that use it know again. */
export class Ledger {
  readonly #now: () => number;
  readonly #accounts = new RecentMap<Account>(MOST_KEYS);
  readonly #holdings = new RecentMap<Map<string, Holding>>(MOST_KEYS);

  /** @param now milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  exchange({ isolate, uses, underway }: Report): Answer {
    const now = this.#now();
    return {
      standings: uses.map((use) => this.#book(isolate, use, now)),
      underway: underway.map((held) => this.#hold(isolate, held, now)),
    };
  }

  #book(isolate: string, { key, refill, capacity, passed, asked, level }: Use, now: number): Standing {
    let account = this.#accounts.get(key);
    const isNew = account === undefined;
    if (account === undefined) {
      account = new Account(new Level(now, level));
      this.#accounts.set(key, account);
    } else {
      account.level.leak(refill, now);
      // What was let pass too much is made up for, but soon: beside what is full, half a second's worth and a request.
      const most = capacity + refill * INTERVAL + REQUEST;
      account.level.parts = Math.min(most, account.level.parts + passed * REQUEST);
    }
    const known = account.users.get(isolate);
    const othersUsed = known === undefined ? !isNew : account.total > known.seen;
    account.total += passed;
    const demand = demandOf(known, asked, now);
    account.users.delete(isolate);
    const others = demandOfAll(account.users, now);
    account.users.set(isolate, { seen: account.total, demand, at: now });
    dropOldest(account.users);
    return {
      ...((othersUsed || others > 0) && { level: account.level.parts }),
      share: others === 0 ? 1 : demand / (demand + others),
    };
  }

  #hold(isolate: string, { key, count }: Underway, now: number): number {
    let holders = this.#holdings.get(key);
    if (holders === undefined) {
      holders = new Map();
      this.#holdings.set(key, holders);
    }
    holders.delete(isolate);
    let others = 0;
    for (const [other, held] of holders) {
      if (now - held.at > LEASE) holders.delete(other);
      else others += held.count;
    }
    if (count > 0) holders.set(isolate, { count, at: now });
    dropOldest(holders);
    return others;
  }
}

/** Requests a millisecond, of late: half of it as known before. */
function demandOf(known: User | undefined, asked: number, now: number): number {
  const since = known === undefined ? Number.POSITIVE_INFINITY : now - known.at;
  // An isolate that comes back has made its requests just now, not all the while.
  if (known === undefined || since > STALE) return asked / INTERVAL;
  return (known.demand + asked / Math.max(SHORTEST, since)) / 2;
}

function demandOfAll(users: ReadonlyMap<string, User>, now: number): number {
  let sum = 0;
  for (const { demand, at } of users.values()) if (now - at <= STALE) sum += demand;
  return sum;
}

function dropOldest(byIsolate: Map<string, unknown>): void {
  if (byIsolate.size <= MOST_ISOLATES) return;
  for (const oldest of byIsolate.keys()) {
    byIsolate.delete(oldest);
    return;
  }
}
