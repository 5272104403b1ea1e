/** What `auth-url` services have answered, kept for as long as `auth-cache-duration` says. */
import { type ExternalAuth, unknownVariables } from "../../../../contract/index.ts";
import { ExpiringMap } from "../../../expiring-map.ts";
import { compileTemplate } from "../../variables.ts";
import type { Exchange } from "../filter.ts";

export interface Answer {
  readonly status: number;
  /** Those that go on to the upstream. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** WWW-Authenticate. */
  readonly challenge: string | undefined;
  /** Set-Cookie. */
  readonly cookies: readonly string[];
  /** Cache-Control. */
  readonly caching: string;
}

export type Find = (exchange: Exchange) => Promise<Answer>;

const MOST_ANSWERS = 2048;

/** Those of an isolate. */
export class Answers {
  readonly #now: () => number;
  readonly #answers = new ExpiringMap<Answer>(MOST_ANSWERS);
  #routes = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** One route's answers: another route's, and those to an older configuration, have nothing to do with them. */
  keep({
    key,
    seconds,
  }: NonNullable<ExternalAuth["cache"]>): (exchange: Exchange, find: Find) => Promise<Answer> {
    // What would tell clients apart is not known here: one's answer would be everybody's.
    if (unknownVariables(key).length > 0) return async (exchange, find) => find(exchange);
    const route = this.#routes++;
    const keyOf = compileTemplate(key);
    return async (exchange, find) => {
      const key = `${route} ${exchange.hostname} ${keyOf(exchange)}`;
      const known = this.#answers.get(key, this.#now());
      if (known !== undefined) return known;
      const answer = await find(exchange);
      const most = secondsOf(answer, seconds);
      if (most > 0) this.#answers.set(key, answer, this.#now() + most * 1000);
      return answer;
    };
  }
}

/** As nginx's `proxy_cache_valid`: what an answer says of itself comes first. A failure is never kept. */
function secondsOf({ status, cookies, caching }: Answer, seconds: Readonly<Record<string, number>>): number {
  if (status >= 500 || cookies.length > 0) return 0;
  if (/\b(?:no-store|no-cache|private)\b/i.test(caching)) return 0;
  const wanted = seconds[status] ?? seconds.any ?? 0;
  const [, own] = /\bmax-age=(\d+)/i.exec(caching) ?? [];
  return own === undefined ? wanted : Math.min(wanted, Number(own));
}
