/** Workers KV by Cloudflare's REST API, through Cloudflare's own SDK. An embedded edge speaks the same API. */
import { setTimeout as sleep } from "node:timers/promises";
import Cloudflare from "cloudflare";
import { isMissingKey, publishErrorOf } from "./cloudflare-errors.ts";
import { PublishError } from "./error.ts";
import type { Kv, KvPair } from "./kv.ts";
import { BATCH_LIMITS, batches, type BatchLimits } from "./kv-batches.ts";

/** Cloudflare's own API. */
export const CLOUDFLARE_API_URL = "https://api.cloudflare.com/client/v4";

/** How often a bulk write is sent for keys that it reports as unsuccessful. */
const ATTEMPTS = 4;
/** Workers KV takes one write a second per key, so a refused key is not tried sooner. */
const PAUSE_MS = 1000;

export interface CloudflareKvOptions {
  readonly accountId: string;
  readonly namespaceId: string;
  /** With the permission to edit Workers KV. White space around it is ignored. */
  readonly apiToken: string;
  /** Up to and including `/client/v4`; Cloudflare's own unless given. */
  readonly baseUrl?: string | undefined;
  /** Of one request, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /**
   * Retries by the SDK. None unless asked for: the agent tries again with the newest state, and the SDK would sleep
   * for as long as a 429 says, which is minutes.
   */
  readonly maxRetries?: number | undefined;
  readonly limits?: BatchLimits | undefined;
  readonly fetch?: typeof fetch | undefined;
  readonly pause?: ((ms: number, signal?: AbortSignal) => Promise<void>) | undefined;
}

/** @throws PublishError when the token is empty. */
export function createCloudflareKv(options: CloudflareKvOptions): Kv {
  const { accountId, namespaceId, limits = BATCH_LIMITS, pause = pauseByTimer } = options;
  const baseURL = options.baseUrl ?? CLOUDFLARE_API_URL;
  const place = `KV namespace ${namespaceId} at ${baseURL}`;
  const apiToken = options.apiToken.trim();
  if (apiToken === "") {
    throw new PublishError({
      operation: `use ${place}`,
      reason: "token",
      problem: "the API token is empty",
      remedy: "give the agent an API token that may edit Workers KV",
    });
  }
  const { kv } = new Cloudflare({
    apiToken,
    baseURL,
    timeout: options.timeoutMs ?? 60_000,
    maxRetries: options.maxRetries ?? 0,
    fetch: options.fetch,
    logLevel: "off",
    // The SDK would otherwise take other credentials from the environment.
    apiKey: null,
    apiEmail: null,
    userServiceKey: null,
  });

  /** Sends one batch; gives the pairs that KV asks to send again. */
  async function send(batch: readonly KvPair[], signal: AbortSignal | undefined): Promise<KvPair[]> {
    const operation = `write ${batch.length} keys (${batch[0]?.key} …) to ${place}`;
    let result;
    try {
      const params = { account_id: accountId, body: [...batch] };
      result = await kv.namespaces.bulkUpdate(namespaceId, params, { signal });
    } catch (error) {
      throw publishErrorOf(operation, error);
    }
    // The SDK takes whatever came with a 2xx for an answer, a login page for instance.
    if ((result as unknown) === undefined) {
      throw new PublishError({
        operation,
        reason: "namespace",
        problem: "the answer is not that of a KV API",
        remedy: "check the KV URL",
      });
    }
    const again = new Set(result?.unsuccessful_keys);
    return batch.filter(({ key }) => again.has(key));
  }

  return {
    async get(key, signal) {
      try {
        const params = { account_id: accountId, namespace_id: namespaceId };
        const response = await kv.namespaces.values.get(key, params, { signal });
        return await response.text();
      } catch (error) {
        if (isMissingKey(error)) return undefined;
        throw publishErrorOf(`read ${key} from ${place}`, error);
      }
    },
    async put(pairs, signal) {
      for (const batch of batches(pairs, limits)) {
        let left = await send(batch, signal);
        for (let attempt = 2; left.length > 0 && attempt <= ATTEMPTS; attempt++) {
          await pause(PAUSE_MS, signal);
          left = await send(left, signal);
        }
        if (left.length > 0) {
          throw new PublishError({
            operation: `write ${batch.length} keys to ${place}`,
            reason: "incomplete",
            problem: `${left.length} keys (${left[0]?.key} …) were not written in ${ATTEMPTS} attempts`,
            remedy: "see Cloudflare's status page; the agent will try again",
          });
        }
      }
    },
  };
}

async function pauseByTimer(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal });
}
