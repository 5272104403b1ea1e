import Cloudflare from "cloudflare";

export interface ApiAccess {
  readonly apiToken: string;
  /** Up to and including `/client/v4`; Cloudflare's own unless given. */
  readonly baseUrl?: string | undefined;
  /** Of one request, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  readonly fetch?: typeof fetch | undefined;
}

/** Cloudflare's SDK with a token alone, and without retries: it would sleep for as long as a 429 says, which is minutes. */
export function createClient(access: ApiAccess): Cloudflare {
  return new Cloudflare({
    apiToken: access.apiToken.trim(),
    baseURL: access.baseUrl,
    timeout: access.timeoutMs ?? 60_000,
    maxRetries: 0,
    fetch: access.fetch,
    logLevel: "off",
    // The SDK would otherwise take other credentials from the environment.
    apiKey: null,
    apiEmail: null,
    userServiceKey: null,
  });
}
