/** What failures of Cloudflare's API mean to whoever runs the agent. Codes are those of Workers KV and of the API's gate. */
import { APIConnectionError, APIError, APIUserAbortError } from "cloudflare";
import { problemOf, PublishError, type PublishReason } from "./error.ts";
import { stopped } from "./stopped.ts";

const KEY_NOT_FOUND = 10009;
/** Invalid request headers (a token that is none), authentication error. Both also come with status 400. */
const TOKEN_CODES = new Set([6003, 10000]);
/** No route to the account, malformed namespace, malformed namespace ID. All also come with status 400. */
const PLACE_CODES = new Set([7003, 10010, 10011]);

/** For a 429 that does not say how long: the API's own ones last for minutes. */
const LIMITED_MS = 60_000;

type Meaning = Extract<PublishReason, "token" | "namespace" | "unavailable" | "limited" | "rejected">;

const REMEDIES: Readonly<Record<Meaning, string>> = {
  token: "give the agent an API token that may edit Workers KV in this account",
  namespace: "check the account ID, the namespace ID and the KV URL",
  unavailable: "check the KV URL and the network between agent and API; the agent will try again",
  limited: "the agent waits; if this lasts, find out what else uses up the API limit of this token's user",
  rejected: "see the answer; the agent will try again",
};

/** A key that was never written, or was deleted: 404 with code 10009. Other 404s mean a wrong address. */
export function isMissingKey(error: unknown): boolean {
  const answer = answerOf(error);
  return answer?.status === 404 && codesOf(answer).includes(KEY_NOT_FOUND);
}

export function publishErrorOf(operation: string, error: unknown): PublishError {
  if (error instanceof APIUserAbortError) return stopped(operation, error);
  const reason = reasonOf(error);
  return new PublishError({
    operation,
    reason,
    problem: problemOf(error),
    remedy: REMEDIES[reason],
    retryAfter: retryAfterOf(error) ?? (reason === "limited" ? LIMITED_MS : undefined),
    cause: error,
  });
}

function reasonOf(error: unknown): Meaning {
  const answer = answerOf(error);
  // No answer, or one that was cut off: refused, reset, timed out.
  if (answer?.status === undefined) return "unavailable";
  const codes = codesOf(answer);
  if (answer.status === 401 || answer.status === 403) return "token";
  if (codes.some((code) => TOKEN_CODES.has(code))) return "token";
  if (answer.status === 404 || codes.some((code) => PLACE_CODES.has(code))) return "namespace";
  if (answer.status === 429) return "limited";
  return answer.status >= 500 ? "unavailable" : "rejected";
}

/** The answer that the SDK made an error of; `undefined` when there was none. */
function answerOf(error: unknown): APIError | undefined {
  return error instanceof APIError && !(error instanceof APIConnectionError)
    ? (error as APIError)
    : undefined;
}

function codesOf(answer: APIError): number[] {
  // The SDK types this as always present, but it is whatever the server sent.
  const errors: unknown = answer.errors;
  if (!Array.isArray(errors)) return [];
  return errors.map((item: { code?: unknown } | null) => Number(item?.code));
}

/** `retry-after` in seconds, as Cloudflare's API sends it with a 429. */
function retryAfterOf(error: unknown): number | undefined {
  const header = answerOf(error)?.headers?.get("retry-after") ?? "";
  return /^\d+$/.test(header) ? Number(header) * 1000 : undefined;
}
