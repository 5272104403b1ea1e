/** ingress-nginx `auth-url`: a service that is asked about each request (nginx `auth_request`). */
import type { ExternalAuth } from "../../../../contract/index.ts";
import { errorText } from "../../../log.ts";
import type { Problem } from "../../error-page.ts";
import { TargetError } from "../../target-fetch.ts";
import { discard } from "../../targets/response-body.ts";
import { compileTemplate } from "../../variables.ts";
import type { Exchange, FilterPlatform } from "../filter.ts";
import { redirectTo } from "../redirects.ts";
import { type Answer, Answers } from "./answers.ts";
import { type Check, UNDECIDED, type Verdict } from "./check.ts";
import { questioner } from "./question.ts";

/** Milliseconds in which the service must answer. */
const TIMEOUT_MS = 5_000;

/** With others nginx's `add_header` does nothing unless it is told `always`. */
const STATUSES_WITH_COOKIES: ReadonlySet<number> = new Set([
  200, 201, 204, 206, 301, 302, 303, 304, 307, 308,
]);

const UNAUTHORIZED: Problem = { status: 401, detail: "This needs you to be signed in." };
const FORBIDDEN: Problem = { status: 403, detail: "You may not access this." };

/** @returns what makes a route's check */
export function externalChecks({
  now,
  log,
  targets,
  waitUntil,
}: Pick<FilterPlatform, "now" | "log" | "targets" | "waitUntil">): (wanted: ExternalAuth) => Check {
  const answers = new Answers(now);
  return (wanted) => {
    const ask = targets(wanted.target);
    const question = questioner(wanted);
    const signin = wanted.signin === undefined ? undefined : compileTemplate(wanted.signin);
    const kept = wanted.cache && answers.keep(wanted.cache);
    const cookies = new WeakMap<Exchange, readonly string[]>();

    async function find(exchange: Exchange): Promise<Answer> {
      const response = await ask(exchange, { ...question(exchange), timeoutMs: TIMEOUT_MS });
      waitUntil(discard(response));
      return read(response, wanted.responseHeaders);
    }

    async function verdictOn(exchange: Exchange): Promise<Verdict> {
      const answer = await (kept === undefined ? find(exchange) : kept(exchange, find));
      if (answer.cookies.length > 0) cookies.set(exchange, answer.cookies);
      if (answer.status === 401 && signin !== undefined) return redirectTo(signin(exchange), 302);
      if (answer.status === 401) return challenged(answer);
      if (answer.status === 403) return FORBIDDEN;
      if (answer.status < 200 || answer.status > 299) {
        throw new TargetError(`it answers with ${answer.status}`);
      }
      for (const [name, value] of answer.headers) exchange.outgoing.headers.set(name, value);
      return "passed";
    }

    return {
      prepare({ outgoing: { headers } }) {
        for (const name of wanted.responseHeaders) headers.delete(name);
      },
      async ask(exchange) {
        try {
          return await verdictOn(exchange);
        } catch (error) {
          if (!(error instanceof TargetError)) throw error;
          const { requestId, route } = exchange;
          log("warn", { requestId, ingress: route.ingress, error: errorText(error) }, "auth-url failed");
          return UNDECIDED;
        }
      },
      respond(exchange, { status, headers }) {
        if (!wanted.alwaysSetCookie && !STATUSES_WITH_COOKIES.has(status)) return;
        for (const cookie of cookies.get(exchange) ?? []) headers.append("set-cookie", cookie);
      },
    };
  };
}

function read({ status, headers }: Response, names: readonly string[]): Answer {
  return {
    status,
    headers: names.flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value] as const];
    }),
    challenge: headers.get("www-authenticate") ?? undefined,
    cookies: headers.getSetCookie(),
    caching: headers.get("cache-control") ?? "",
  };
}

function challenged({ challenge }: Answer): Problem {
  if (challenge === undefined) return UNAUTHORIZED;
  return { ...UNAUTHORIZED, headers: { "www-authenticate": challenge } };
}
