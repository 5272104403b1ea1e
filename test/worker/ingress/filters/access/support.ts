import type { Access } from "../../../../../contract/index.ts";
import type { Problem } from "../../../../../worker/ingress/error-page.ts";
import { access } from "../../../../../worker/ingress/filters/access/access.ts";
import type { Exchange, Step } from "../../../../../worker/ingress/filters/filter.ts";
import { exchangeOf, type ExchangeInit, routeWith } from "../../../support/exchange.ts";
import { FakePlatform } from "../../../support/platform.ts";

/** A route with access rules, and what its step makes of requests. */
export class Guarded {
  readonly platform: FakePlatform;
  readonly #step: Step;

  /** @param filter the isolate's, where several routes share it */
  constructor(wanted: Partial<Access>, platform = new FakePlatform(), filter = access(platform)) {
    const filters = { access: { satisfy: "all" as const, ...wanted } };
    const step = filter(filters, routeWith(filters));
    if (step === undefined) throw new Error("the route has no access rules");
    this.platform = platform;
    this.#step = step;
  }

  async answer(exchange: Exchange): Promise<Response | Problem | undefined> {
    return this.#step.request?.(exchange);
  }

  /** `passed`, or the status of the answer with its WWW-Authenticate or Location. */
  async ask(init: ExchangeInit = {}): Promise<string> {
    return (await this.exchange(init)).said;
  }

  /** The same, and the exchange as it went on. */
  async exchange(init: ExchangeInit = {}): Promise<{ said: string; exchange: Exchange }> {
    const exchange = exchangeOf(init);
    const answer = await this.answer(exchange);
    if (answer === undefined) return { said: "passed", exchange };
    const headers = new Headers(answer.headers);
    const more = headers.get("location") ?? headers.get("www-authenticate") ?? "";
    return { said: `${answer.status} ${more}`.trim(), exchange };
  }

  /** The response as the client gets it. */
  async respond(exchange: Exchange, response: Response): Promise<Response> {
    return (await this.#step.response?.(exchange, response)) ?? response;
  }
}

export function withHeaders(headers: Record<string, string>): ExchangeInit {
  return { init: { headers } };
}

export function basicOf(user: string, password: string): ExchangeInit {
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  return withHeaders({ authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` });
}
