/**
 * Who may come in: by address, by password, by token, and by what another service says; all of these must agree, or any
 * does (nginx `satisfy`). Whatever cannot be found out keeps the request out.
 */
import type { Access } from "../../../../contract/index.ts";
import type { Problem } from "../../error-page.ts";
import type { Exchange, Filter, FilterPlatform, Step } from "../filter.ts";
import { isAcmeChallenge } from "../redirects.ts";
import { addressCheck } from "./addresses.ts";
import { basicChecks } from "./basic.ts";
import { type Check, isAnswer } from "./check.ts";
import { externalChecks } from "./external.ts";
import { jwtChecks } from "./jwt.ts";

/** What checks may use. */
export type AccessPlatform = Pick<FilterPlatform, "now" | "log" | "targets" | "waitUntil">;

type Answer = Response | Problem;

export function access(platform: AccessPlatform): Filter {
  const basic = basicChecks(platform);
  const external = externalChecks(platform);
  const jwt = jwtChecks(platform);
  return ({ access: wanted }) => {
    if (wanted === undefined) return undefined;
    // What costs least is asked first.
    const identity = [
      wanted.basic && basic(wanted.basic, wanted.jwt !== undefined),
      wanted.jwt && jwt(wanted.jwt),
      wanted.external && external(wanted.external),
    ].filter((check) => check !== undefined);
    return stepOf(addressCheck(wanted), identity, wanted.satisfy);
  };
}

function stepOf(
  addresses: ReturnType<typeof addressCheck>,
  identity: readonly Check[],
  satisfy: Access["satisfy"],
): Step {
  const responding = identity.filter(({ respond }) => respond !== undefined);
  return {
    request(exchange) {
      for (const { prepare } of identity) prepare?.(exchange);
      // Certificate authorities have no password (ingress-nginx `no-auth-locations`).
      const asked = isAcmeChallenge(exchange) ? [] : identity;
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

/** A client that may still show who it is should be asked to (nginx: a 401 outdoes a 403); a failure should show. */
function gravity(answer: Answer | undefined): number {
  if (answer === undefined) return 0;
  if (answer.status >= 500) return 3;
  return answer.status === 403 ? 1 : 2;
}
