import type { Route } from "../../../contract/index.ts";
import type { Problem } from "../error-page.ts";
import type { Exchange, Filter, RequestStep, ResponseStep } from "./filter.ts";

/** The steps of one route, in their order; empty for a route without filters. */
export interface Chain {
  readonly request: readonly RequestStep[];
  /** In the opposite order. */
  readonly response: readonly ResponseStep[];
  readonly abandoned: readonly ((exchange: Exchange) => void)[];
}

const NO_STEPS: Chain = { request: [], response: [], abandoned: [] };

/** Provisions chains when a route is first used; they go with the route's record. */
export class Chains {
  readonly #order: readonly Filter[];
  readonly #byRoute = new WeakMap<Route, Chain>();

  constructor(order: readonly Filter[]) {
    this.#order = order;
  }

  of(route: Route): Chain {
    if (route.filters === undefined) return NO_STEPS;
    let chain = this.#byRoute.get(route);
    if (chain === undefined) {
      chain = provision(this.#order, route);
      this.#byRoute.set(route, chain);
    }
    return chain;
  }
}

function provision(order: readonly Filter[], route: Route): Chain {
  const request: RequestStep[] = [];
  const response: ResponseStep[] = [];
  const abandoned: ((exchange: Exchange) => void)[] = [];
  for (const filter of order) {
    const step = filter(route.filters ?? {}, route);
    if (step?.request !== undefined) request.push(step.request);
    if (step?.response !== undefined) response.unshift(step.response);
    if (step?.abandoned !== undefined) abandoned.push(step.abandoned);
  }
  return { request, response, abandoned };
}

/** The first answer that a filter gives, or `undefined` when all let the request pass. */
export async function runRequestSteps(
  { request }: Chain,
  exchange: Exchange,
): Promise<Response | Problem | undefined> {
  for (const step of request) {
    const found = step(exchange);
    const answer = found instanceof Promise ? await found : found;
    if (answer !== undefined) return answer;
  }
  return undefined;
}

/** @param response whose headers may be changed. */
export async function runResponseSteps(
  { response: steps }: Chain,
  exchange: Exchange,
  response: Response,
): Promise<Response> {
  let current = response;
  for (const step of steps) {
    const found = step(exchange, current);
    current = (found instanceof Promise ? await found : found) ?? current;
  }
  return current;
}
