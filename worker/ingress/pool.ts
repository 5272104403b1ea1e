/** The endpoints behind one port of a Service, and what this isolate knows of them. */
import type { ServiceRecord } from "../../contract/index.ts";
import { clusterAddressOf, targetsOf } from "./balance/endpoints.ts";
import { Latency } from "./balance/latency.ts";
import { Member } from "./balance/member.ts";
import { RetryBudget } from "./balance/retry-budget.ts";

/** `http://10.244.3.7:8080`: what the gateway is told to dial. */
export type Upstream = string;

/** What outlives a change of the endpoints. */
interface Shared {
  turn: number;
  readonly budget: RetryBudget;
  readonly onEject: (() => void) | undefined;
}

/** The endpoints of one generation. */
export class Pool {
  readonly members: readonly Member[];
  /** Endpoints that are going away and serve on: only for clients that stay with theirs to the end. */
  readonly draining: readonly Member[];
  readonly #shared: Shared;

  constructor(members: readonly Member[], draining: readonly Member[], shared: Shared) {
    this.members = members;
    this.draining = draining;
    this.#shared = shared;
  }

  get size(): number {
    return this.members.length;
  }

  get budget(): RetryBudget {
    return this.#shared.budget;
  }

  /** Counts up by one each time: whose turn it is, for whoever takes candidates in turn. */
  nextTurn(): number {
    this.#shared.turn = (this.#shared.turn + 1) >>> 0;
    return this.#shared.turn;
  }

  /**
   * Members that may be chosen now: those that are well, and ejected ones whose trial is due. Where all of these were
   * tried, also those that are ejected. Of those that are left after a try, the ones that are known to serve, if there are any.
   */
  candidates(now: number, tried: ReadonlySet<Member> = NOBODY): readonly Member[] {
    const areAllWell = this.members.every(({ health }) => !health.ejected);
    if (areAllWell && tried.size === 0) return this.members;
    const untried = this.members.filter((member) => !tried.has(member));
    const available = untried.filter(({ health }) => health.isAvailable(now));
    const open = available.length > 0 ? available : untried;
    // What failed elsewhere goes where the last request succeeded: tries are few, and several endpoints may be gone at once.
    const serving = tried.size > 0 ? open.filter(({ health }) => health.serves) : [];
    return serving.length > 0 ? serving : open;
  }

  /** The next in turn of the candidates that is not excluded; `undefined` when none is left. */
  take(now: number, tried?: ReadonlySet<Member>): Member | undefined {
    const candidates = this.candidates(now, tried);
    return candidates[this.nextTurn() % candidates.length];
  }

  /**
   * What became of a request: a success lets an ejected member in again, repeated failures eject one.
   *
   * @param isTrial as its health said of the request when it began
   */
  report({ health }: Member, outcome: "success" | "failure", now: number, isTrial: boolean): void {
    if (outcome === "success") health.succeed();
    else if (health.fail(now, isTrial) && this.#mayEject()) {
      health.eject(now);
      this.#shared.onEject?.();
    }
  }

  /**
   * Whether a request that failed at a member may be sent to the next one. From one that is known to fail to one that is
   * known to serve, it always may: that is no more work than if the first had been left out already. What else is repeated
   * comes out of the budget.
   */
  mayRetry(from: Member, to: Member, now: number): boolean {
    return (from.health.fails && to.health.serves) || this.#shared.budget.retry(now);
  }

  /** Never more than half: those that are left would not stand it, and where most fail, something else is wrong. */
  #mayEject(): boolean {
    return (this.#ejected().length + 1) * 2 <= this.size;
  }

  #ejected(): Member[] {
    return this.members.filter(({ health }) => health.ejected);
  }

  /** Lets members in again, those first whose trial is due next, when there are too many ejected ones for its size. */
  restrain(): this {
    const ejected = this.#ejected().toSorted((a, b) => a.health.nextTrial - b.health.nextTrial);
    const excess = ejected.length - Math.floor(this.size / 2);
    for (const { health } of ejected.slice(0, Math.max(0, excess))) health.readmit();
    return this;
  }
}

const NOBODY: ReadonlySet<Member> = new Set();

export function upstreamOf(member: Member, scheme: "http" | "https" = "http"): Upstream {
  return `${scheme}://${member.address}`;
}

interface Entry {
  record: ServiceRecord;
  pool: Pool;
  used: number;
  readonly shared: Shared;
}

export interface PoolsOptions {
  readonly random: () => number;
  /** Milliseconds. */
  readonly now: () => number;
  /** The zone of the gateway: endpoints that the cluster has assigned to it are preferred. */
  readonly zone?: string | undefined;
  /** An endpoint of this Service is left out from now on. */
  readonly onEject?: ((service: string) => void) | undefined;
}

/** Milliseconds after which a pool that nobody asks for may be forgotten. */
const IDLE = 600_000;
const FEWEST_TO_SWEEP = 256;

/**
 * Pools by Service and port. When the Service's record changes, its pool has a successor that takes over what is known of
 * the endpoints that stay: their health, latency and load, and whose turn it is.
 */
export class Pools {
  readonly #options: PoolsOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #none: Pool;
  #sweepAt = FEWEST_TO_SWEEP;

  constructor(options: PoolsOptions) {
    this.#options = options;
    this.#none = new Pool([], [], this.#share(""));
  }

  /**
   * @param name `namespace/name` of the Service
   * @param record of the generation that serves the request
   * @param through `service`: the one member is the Service's own address, where it has one
   */
  of(
    name: string,
    record: ServiceRecord | undefined,
    port: number,
    through: "endpoints" | "service" = "endpoints",
  ): Pool {
    if (record === undefined) return this.#none;
    const now = this.#options.now();
    const key = through === "service" ? `service ${name}:${port}` : `${name}:${port}`;
    const known = this.#entries.get(key);
    if (known?.record === record) {
      known.used = now;
      return known.pool;
    }
    const shared = known?.shared ?? this.#share(name);
    const pool = this.#build(record, port, through, known?.pool, shared, now);
    this.#sweep(now);
    this.#entries.set(key, { record, pool, used: now, shared });
    return pool;
  }

  /** The pool that requests have made of a port's endpoints, if any has; for those who look. */
  known(name: string, port: number): Pool | undefined {
    return this.#entries.get(`${name}:${port}`)?.pool;
  }

  #build(
    record: ServiceRecord,
    port: number,
    through: "endpoints" | "service",
    before: Pool | undefined,
    shared: Shared,
    now: number,
  ): Pool {
    const known = new Map(
      [...(before?.members ?? []), ...(before?.draining ?? [])].map((member) => [member.address, member]),
    );
    const mean = meanLatency(before, now);
    const memberOf = (address: string) =>
      known.get(address) ?? new Member(address, mean === undefined ? undefined : new Latency(mean, now));
    const own = through === "service" ? clusterAddressOf(record, port) : undefined;
    const targets =
      own === undefined ? targetsOf(record, port, this.#options.zone) : { addresses: [own], draining: [] };
    return new Pool(targets.addresses.map(memberOf), targets.draining.map(memberOf), shared).restrain();
  }

  #share(service: string): Shared {
    const { random, onEject } = this.#options;
    return {
      // Isolates begin at different places, so that many idle ones do not all send to the first endpoint.
      turn: Math.floor(random() * 2 ** 32),
      budget: new RetryBudget(),
      onEject: onEject && (() => onEject(service)),
    };
  }

  /** Forgets idle pools whenever their number has doubled: Services come and go, and isolates may live long. */
  #sweep(now: number): void {
    if (this.#entries.size < this.#sweepAt) return;
    for (const [key, { used }] of this.#entries) {
      if (now - used > IDLE) this.#entries.delete(key);
    }
    this.#sweepAt = Math.max(FEWEST_TO_SWEEP, 2 * this.#entries.size);
  }
}

/** What a new member among others is assumed to take (ingress-nginx's EWMA balancer): neither favoured nor left out. */
function meanLatency(pool: Pool | undefined, now: number): number | undefined {
  if (pool === undefined || pool.size === 0) return undefined;
  return pool.members.reduce((sum, { latency }) => sum + latency.score(now), 0) / pool.size;
}
