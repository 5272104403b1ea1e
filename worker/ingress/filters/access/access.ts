/**
 * Who may come in: by address, by password, by token, and by what another service says; all of these must agree, or any
 * does (nginx `satisfy`). Whatever cannot be found out keeps the request out.
 */
import type { Access, Filters } from "../../../../contract/index.ts";
import type { Problem } from "../../error-page.ts";
import type { Exchange, Filter, FilterPlatform, Step } from "../filter.ts";
import { isAcmeChallenge } from "../redirects.ts";
import { addressCheck } from "./addresses.ts";
import { basicChecks } from "./basic.ts";
import { type Check, isAnswer } from "./check.ts";
import { externalChecks } from "./external.ts";
import { jwtChecks } from "./jwt.ts";

/** What checks may use. */
export type AccessPlatform = Pick<FilterPlatform, "now" | "delay" | "log" | "targets" | "waitUntil">;

type Answer = Response | Problem;

export function access(platform: AccessPlatform): Filter {
  const basic = basicChecks(platform);
  const external = externalChecks(platform);
  const jwt = jwtChecks(platform);
  return (filters) => {
    const { access: wanted } = filters;
    if (wanted === undefined) return undefined;
    // What costs least is asked first.
    const identity = [
      wanted.basic && basic(wanted.basic, wanted.jwt !== undefined),
      wanted.jwt && jwt(wanted.jwt),
      wanted.external && external(wanted.external),
    ].filter((check) => check !== undefined);
    return stepOf(addressCheck(wanted), identity, wanted.satisfy, (exchange) =>
      needsNobody(filters, exchange),
    );
  };
}

/**
 * Whether nobody is asked who it is: certificate authorities have no password (ingress-nginx `no-auth-locations`). A
 * challenge that is rewritten is a request for something else.
 */
export function needsNobody({ rewrite }: Filters, exchange: Pick<Exchange, "url" | "route">): boolean {
  return rewrite === undefined && isAcmeChallenge(exchange);
}

function stepOf(
  addresses: ReturnType<typeof addressCheck>,
  identity: readonly Check[],
  satisfy: Access["satisfy"],
  isExempt: (exchange: Exchange) => boolean,
): Step {
  const responding = identity.filter(({ respond }) => respond !== undefined);
  return {
    request(exchange) {
      for (const { prepare } of identity) prepare?.(exchange);
      const asked = isExempt(exchange) ? [] : identity;
      if (satisfy === "any" && asked.length < identity.length) return undefined;
      const verdict = addresses === undefined ? "abstained" : addresses(exchange);
      const answer = isAnswer(verdict) ? verdict : undefined;
      if (asked.length === 0) return answer;
      if (satisfy === "all") return answer ?? firstAnswer(asked, exchange);
      return verdict === "passed" ? undefined : gravestAnswer(asked, exchange, answer);
    },
    ...(responding.length > 0 && {
      response(exchange: Exchange, response: Response) {
        for (const { respond } of responding) respond?.(exchange, response);
        return undefined;
      },
    }),
  };
}

async function firstAnswer(checks: readonly Check[], exchange: Exchange): Promise<Answer | undefined> {
  for (const { ask } of checks) {
    const verdict = await ask(exchange);
    if (isAnswer(verdict)) return verdict;
  }
  return undefined;
}

/** `undefined` as soon as one check lets the request in. */
async function gravestAnswer(
  checks: readonly Check[],
  exchange: Exchange,
  before: Answer | undefined,
): Promise<Answer | undefined> {
  let gravest = before;
  for (const { ask } of checks) {
    const verdict = await ask(exchange);
    if (verdict === "passed") return undefined;
    if (isAnswer(verdict) && gravity(verdict) > gravity(gravest)) gravest = verdict;
  }
  return gravest;
}

/**
 * A client that may still show who it is should be told how, where it can sign in before anything else (nginx: a 401,
 * for which `auth-signin` is the error page, outdoes a 403); a failure should show.
 */
function gravity(answer: Answer | undefined): number {
  if (answer === undefined) return 0;
  if (answer.status >= 500) return 4;
  if (answer.status < 400) return 3;
  return answer.status === 403 ? 1 : 2;
}
