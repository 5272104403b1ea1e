/** How the requests of one route are forwarded: read once from its record. */
import { type Backend, encodeTimeouts, type Route } from "../../../contract/index.ts";
import type { Exchange } from "../filters/filter.ts";
import { Affinity, type Session, tagOf } from "./affinity.ts";
import { canaryRule, type TakesCanary } from "./canary.ts";
import type { OpaqueIds } from "./opaque-ids.ts";
import { type Picker, pickerOf } from "./pickers.ts";
import { type RetryPolicy, retryPolicyOf } from "./retry-policy.ts";
import { Rotation } from "./rotation.ts";

export interface Plan {
  readonly scheme: "http" | "https";
  readonly through: "endpoints" | "service";
  /** What the gateway is told besides (contract/gateway.ts). */
  readonly timeouts: string | undefined;
  readonly verify: string | undefined;
  readonly close: boolean;
  readonly pick: Picker;
  readonly retries: RetryPolicy;
  readonly affinity: Affinity | undefined;
  /** Statuses of a response that speak against the endpoint. */
  readonly unhealthy: ReadonlySet<number>;
  /** What the picker needs to know of the members. */
  readonly needs: "latency" | "load" | undefined;
  /** The canary, where the request is one for it. */
  canaryFor(exchange: Exchange, session: Session | undefined): Backend | undefined;
  /** `undefined` where there is none, or none with a weight. */
  mainFor(session: Session | undefined): Backend | undefined;
}

export class Plans {
  readonly #random: () => number;
  readonly #ids: OpaqueIds;
  readonly #byRoute = new WeakMap<Route, Plan>();

  constructor(random: () => number, ids: OpaqueIds) {
    this.#random = random;
    this.#ids = ids;
  }

  of(route: Route): Plan {
    let plan = this.#byRoute.get(route);
    if (plan === undefined) {
      plan = planOf(route, this.#ids, this.#random);
      this.#byRoute.set(route, plan);
    }
    return plan;
  }
}

const NO_STATUSES: ReadonlySet<number> = new Set();

function planOf({ match, backends, filters = {} }: Route, ids: OpaqueIds, random: () => number): Plan {
  const { forwarding, balance } = filters;
  const scheme = forwarding?.scheme ?? "http";
  const affinity = filters.affinity && new Affinity(filters.affinity, match, ids, random);
  const needs = {
    ewma: "latency",
    least_connections: "load",
    round_robin: undefined,
    hash: undefined,
  } as const;
  return {
    scheme,
    through: forwarding?.viaService === true ? "service" : "endpoints",
    timeouts: forwarding && encodeTimeouts(forwarding),
    verify: scheme === "https" ? forwarding?.verify : undefined,
    close: forwarding?.close === true,
    pick: pickerOf(balance, random),
    retries: retryPolicyOf(forwarding),
    affinity,
    unhealthy: forwarding?.unhealthy === undefined ? NO_STATUSES : new Set(forwarding.unhealthy),
    needs: balance && needs[balance.by],
    canaryFor: canaryChooser(filters.canary, backends, affinity, random),
    mainFor: mainChooser(backends, affinity, random),
  };
}

function canaryChooser(
  canary: NonNullable<Route["filters"]>["canary"],
  backends: readonly Backend[],
  affinity: Affinity | undefined,
  random: () => number,
): Plan["canaryFor"] {
  if (canary === undefined) return () => undefined;
  const backend: Backend = { service: canary.service, port: canary.port, weight: 1 };
  const takes: TakesCanary = canaryRule(canary, random);
  if (affinity?.keepsSide !== true) return (exchange) => (takes(exchange) ? backend : undefined);
  const tag = tagOf(backend);
  const mainTags = new Set(backends.map(tagOf));
  // A client that has a place keeps its side before anything else is asked, its header too (ingress-nginx `sticky`).
  return (exchange, session) => {
    if (session !== undefined && mainTags.has(session.tag)) return undefined;
    return session?.tag === tag || takes(exchange) ? backend : undefined;
  };
}

function mainChooser(
  backends: readonly Backend[],
  affinity: Affinity | undefined,
  random: () => number,
): Plan["mainFor"] {
  const [first, second] = backends;
  if (second === undefined) return () => first;
  const { draw } = new Rotation(random);
  if (affinity === undefined) return () => chooseBackend(backends, draw);
  const byTag = new Map(backends.map((backend) => [tagOf(backend), backend]));
  return (session) => (session && byTag.get(session.tag)) ?? chooseBackend(backends, draw);
}

/**
 * One backend in proportion to the weights (Gateway API `backendRefs.weight`).
 *
 * @param draw numbers from 0 to below 1, evenly spread
 */
export function chooseBackend(backends: readonly Backend[], draw: () => number): Backend | undefined {
  if (backends.length === 1) return backends[0];
  const total = backends.reduce((sum, { weight }) => sum + weight, 0);
  let mark = draw() * total;
  return backends.find(({ weight }) => (mark -= weight) < 0);
}
