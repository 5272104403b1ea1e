/** Whether the API knows the token (Cloudflare API: "Verify token", for tokens of users and of accounts). */
import { APIError, type APIConnectionError } from "cloudflare";
import { storeErrorOf } from "../certificates/cloudflare-errors.ts";
import type { Client } from "../cloudflare-client.ts";
import { fail, failed, type Finding, ok, skip, warn } from "./finding.ts";

const NAME = "api token";
const EXPIRING_MS = 14 * 24 * 60 * 60 * 1000;

export interface TokenCheck {
  readonly client: Client;
  readonly accountId: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

interface Verified {
  readonly status: string;
  readonly expires_on?: string | undefined;
}

/** An API that cannot verify tokens, as that of an embedded edge, is no failure: KV will show whether it takes it. */
export async function checkToken({ client, accountId, now }: TokenCheck): Promise<Finding> {
  let verified: Verified;
  try {
    verified = await verify(client, accountId);
  } catch (error) {
    if (statusOf(error) === 404) {
      return skip(NAME, "this API cannot verify tokens; see below whether KV takes it");
    }
    return failed(NAME, storeErrorOf("verify the API token", "Workers KV Storage: Edit", error));
  }
  const { status, expires_on } = verified;
  if (status !== "active") {
    return fail(
      NAME,
      `it is ${status}`,
      "create another one in Cloudflare's dashboard, and give it to the agent",
    );
  }
  const left = expires_on === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires_on) - now;
  if (left > EXPIRING_MS) return ok(NAME, "active");
  return warn(NAME, `it expires on ${expires_on}`, "replace it before, or give it a later end");
}

/** A token of an account is not known to the first endpoint, which refuses it. */
async function verify(client: Client, accountId: string): Promise<Verified> {
  try {
    return await client.user.tokens.verify();
  } catch (error) {
    const status = statusOf(error);
    if (status === undefined || status === 429 || status >= 500) throw error;
    return client.accounts.tokens.verify({ account_id: accountId });
  }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof APIError ? (error as APIError | APIConnectionError).status : undefined;
}
