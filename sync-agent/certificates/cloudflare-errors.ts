/** What failures of Cloudflare's API mean for certificates. Codes are those of "Custom certificates: Troubleshooting". */
import { APIConnectionError, APIError, APIUserAbortError } from "cloudflare";
import { problemOf } from "../publish/error.ts";
import { CertificateStoreError, type StoreReason } from "./error.ts";

/** "Plan level does not allow custom certificates": answered to every call about them, listing too. */
const PLAN = 1011;
/** The maximum number of custom certificates; the quota of this type of them. */
const QUOTA = new Set([1212, 2005]);
/** Invalid request headers (a token that is none), unauthorized to access the resource, authentication error. */
const TOKEN = new Set([6003, 9109, 10000]);

/** For a 429 that does not say how long: the API's own ones last for minutes. */
const LIMITED_MS = 60_000;

type Meaning = Exclude<StoreReason, "record" | "settling">;

/** @param permission what the API token needs for the operation. */
export function storeErrorOf(operation: string, permission: string, error: unknown): CertificateStoreError {
  const answer =
    error instanceof APIError && !(error instanceof APIConnectionError) ? (error as APIError) : undefined;
  const first = firstError(answer);
  const reason = reasonOf(answer?.status, first.code);
  return new CertificateStoreError({
    operation,
    reason,
    problem: error instanceof APIUserAbortError ? "was given up" : (first.message ?? problemOf(error)),
    remedy: remedyOf(reason, permission),
    code: first.code,
    retryAfter: retryAfterOf(answer) ?? (reason === "limited" ? LIMITED_MS : undefined),
    cause: error,
  });
}

function reasonOf(status: number | undefined, code: number | undefined): Meaning {
  // No answer, or one that was cut off: refused, reset, timed out.
  if (status === undefined) return "unavailable";
  if (code === PLAN) return "plan";
  if (code !== undefined && QUOTA.has(code)) return "quota";
  if (status === 401 || status === 403 || (code !== undefined && TOKEN.has(code))) return "token";
  if (status === 429) return "limited";
  return status >= 500 ? "unavailable" : "rejected";
}

function remedyOf(reason: Meaning, permission: string): string {
  switch (reason) {
    case "token":
      return `give the API token the permission "${permission}"`;
    case "plan":
      return "use mode managed, or a plan with custom certificates (Business or Enterprise)";
    case "quota":
      return "remove custom certificates that are of no use, or ask Cloudflare for more";
    case "unavailable":
      return "check the API's URL and the network";
    case "limited":
      return "wait; if this lasts, find out what else uses up the API limit of this token's user";
    case "rejected":
      return "see the answer";
  }
}

function firstError(answer: APIError | undefined): { code?: number; message?: string } {
  // The SDK types this as always present, but it is whatever the server sent.
  const errors: unknown = answer?.errors;
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  if (typeof first !== "object" || first === null) return {};
  const { code, message } = first as { code?: unknown; message?: unknown };
  return {
    ...(typeof code === "number" ? { code } : {}),
    ...(typeof message === "string" ? { message: message.slice(0, 300) } : {}),
  };
}

/** `retry-after` in seconds, as Cloudflare's API sends it with a 429. */
function retryAfterOf(answer: APIError | undefined): number | undefined {
  const header = answer?.headers?.get("retry-after") ?? "";
  return /^\d+$/.test(header) ? Number(header) * 1000 : undefined;
}
