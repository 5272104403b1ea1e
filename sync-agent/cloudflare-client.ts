import { Tokens as AccountTokens } from "cloudflare/resources/accounts/tokens";
import { CustomCertificates } from "cloudflare/resources/custom-certificates";
import { KV } from "cloudflare/resources/kv";
import { CertificatePacks } from "cloudflare/resources/ssl/certificate-packs";
import { Tokens as UserTokens } from "cloudflare/resources/user/tokens";
import { Zones } from "cloudflare/resources/zones";
import { createClient as createSdkClient } from "cloudflare/tree-shakable";

export interface ApiAccess {
  readonly apiToken: string;
  /** Up to and including `/client/v4`; Cloudflare's own unless given. */
  readonly baseUrl?: string | undefined;
  /** Of one request, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  readonly fetch?: typeof fetch | undefined;
}

/** The SDK knows some hundred resources, each of them code to load. These are what the agent asks. */
const RESOURCES = [KV, Zones, CertificatePacks, CustomCertificates, UserTokens, AccountTokens] as const;

export type Client = ReturnType<typeof createClient>;

/** Cloudflare's SDK with a token alone, and without retries: it would sleep for as long as a 429 says, which is minutes. */
export function createClient(access: ApiAccess) {
  return createSdkClient({
    resources: RESOURCES,
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
