/** The cache filter with a store, a Service and a clock by hand. */
import type { Cache, Filters } from "../../../../../contract/index.ts";
import { cache } from "../../../../../worker/ingress/filters/cache/cache.ts";
import type { Exchange, Outcome, Step } from "../../../../../worker/ingress/filters/filter.ts";
import { exchangeOf, routeWith } from "../../../support/exchange.ts";
import { MemoryStore } from "../../../support/memory-store.ts";

export interface Reached {
  readonly url: string;
  readonly headers: Headers;
}

export type How = RequestInit & { url?: string };

export const withHeaders = (headers: Record<string, string>): How => ({ headers });

export class Scene {
  readonly store = new MemoryStore();
  now = 1_790_000_000_000;
  epoch: number | undefined = 0;
  /** What reached the Service. */
  readonly reached: Reached[] = [];
  /** What it answers: by default a body that counts. */
  answer: (request: Reached) => Outcome = () => this.body({}, 200);
  readonly #behind: Promise<unknown>[] = [];

  body(headers: Record<string, string>, status: number): Response {
    return new Response(`body ${this.reached.length}`, { status, headers });
  }

  respond(headers: Record<string, string> = {}, status = 200): void {
    this.answer = () => this.body(headers, status);
  }

  /** Waits for what goes on behind requests. */
  async settled(): Promise<void> {
    while (this.#behind.length > 0) await this.#behind.shift();
  }

  step(filters: Filters): Step | undefined {
    const filter = cache({
      forward: async ({ url, outgoing }: Exchange) => {
        const request = { url: url.href, headers: new Headers(outgoing.headers) };
        this.reached.push(request);
        const outcome = this.answer(request);
        if (outcome instanceof Response) outgoing.answered = true;
        return outcome;
      },
      caching: { store: this.store, epochOf: () => this.epoch },
      waitUntil: (work) => void this.#behind.push(work),
      now: () => this.now,
      random: () => 0.5,
      log: () => undefined,
    });
    return filter(filters, routeWith(filters));
  }

  /** Sends requests of one route through the filter, one after the other. */
  client(settings: Cache = { ttl: 60 }, more: Filters = {}) {
    const filters = { cache: settings, ...more };
    const route = routeWith(filters);
    const step = this.step(filters);
    return async ({ url = "http://a.test/x", ...init }: How = {}) => {
      const exchange = exchangeOf({ url, init, route });
      const outcome = await step?.request?.(exchange);
      const isResponse = outcome instanceof Response;
      const body = isResponse ? await outcome.text() : undefined;
      await this.settled();
      const headers = isResponse ? outcome.headers : new Headers();
      return { status: outcome?.status, body, headers, cache: headers.get("cache-status"), exchange };
    };
  }
}
