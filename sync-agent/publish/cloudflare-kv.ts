/** Workers KV by Cloudflare's REST API, through Cloudflare's own SDK. An embedded edge speaks the same API. */
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "../cloudflare-client.ts";
import { CLOUDFLARE_API_URL } from "./api-url.ts";
import { isMissingKey, publishErrorOf } from "./cloudflare-errors.ts";
import { PublishError } from "./error.ts";
import type { Kv, KvKey } from "./kv.ts";
import { BATCH_LIMITS, batches, type BatchLimits, keyBatches } from "./kv-batches.ts";
import { requireGoing, stopped } from "./stopped.ts";

/** How often a bulk write or delete is sent for keys that it reports as unsuccessful. */
const ATTEMPTS = 4;
/** The most keys that a page of a listing has (Workers KV REST API). */
const PAGE = 1000;
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
  const { kv } = createClient({ ...options, apiToken, baseUrl: baseURL });

  function failed(operation: string, error: unknown, signal: AbortSignal | undefined): PublishError {
    if (error instanceof PublishError) return error;
    return signal?.aborted === true ? stopped(operation, error) : publishErrorOf(operation, error);
  }

  /** Sends one bulk request after the other until KV has done all of a batch. */
  async function untilDone<T>(
    { words, batch, keyOf, send }: Bulk<T>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    let left = batch;
    for (let attempt = 1; left.length > 0; attempt++) {
      const keys = `${left.length} keys (${keyOf(left[0])} …)`;
      const [verb, to, done] = words;
      const operation = `${verb} ${keys} ${to} ${place}`;
      if (attempt > ATTEMPTS) {
        throw new PublishError({
          operation,
          reason: "incomplete",
          problem: `${keys} were not ${done} in ${ATTEMPTS} attempts`,
          remedy: "see Cloudflare's status page; the agent will try again",
        });
      }
      try {
        if (attempt > 1) await pause(PAUSE_MS, signal);
        requireGoing(signal, operation);
        const result = await send(left);
        // The SDK takes whatever came with a 2xx for an answer, a login page for instance.
        if (result === undefined) throw notAnApi(operation);
        const again = new Set(result?.unsuccessful_keys);
        left = left.filter((item) => again.has(keyOf(item) ?? ""));
      } catch (error) {
        throw failed(operation, error, signal);
      }
    }
  }

  return {
    async get(key, signal) {
      const operation = `read ${key} from ${place}`;
      try {
        requireGoing(signal, operation);
        const params = { account_id: accountId, namespace_id: namespaceId };
        const response = await kv.namespaces.values.get(key, params, { signal });
        return await response.text();
      } catch (error) {
        if (isMissingKey(error)) return undefined;
        throw failed(operation, error, signal);
      }
    },
    async put(pairs, signal) {
      for (const batch of batches(pairs, limits)) {
        const send = (body: readonly (typeof batch)[number][]) =>
          kv.namespaces.bulkUpdate(namespaceId, { account_id: accountId, body: [...body] }, { signal });
        await untilDone(
          { words: ["write", "to", "written"], batch, keyOf: (pair) => pair?.key, send },
          signal,
        );
      }
    },
    async *list(prefix, signal): AsyncGenerator<KvKey> {
      const operation = `list ${prefix}… of ${place}`;
      let cursor: string | undefined;
      do {
        let page;
        try {
          requireGoing(signal, operation);
          const params = { account_id: accountId, prefix, limit: PAGE, ...(cursor && { cursor }) };
          page = await kv.namespaces.keys.list(namespaceId, params, { signal });
        } catch (error) {
          throw failed(operation, error, signal);
        }
        // As above: what is no answer of the API must not pass for an empty listing.
        if (page.result_info.count === undefined) throw notAnApi(operation);
        for (const { name, metadata } of page.result) yield { key: name, metadata };
        // A page may be empty although others follow (Workers KV, "List keys"), so the SDK's own iteration ends too soon.
        cursor = page.result_info.cursor;
      } while (cursor !== undefined && cursor !== "");
    },
    async delete(keys, signal) {
      for (const batch of keyBatches(keys, limits.pairs)) {
        const send = (body: readonly string[]) =>
          kv.namespaces.bulkDelete(namespaceId, { account_id: accountId, body: [...body] }, { signal });
        await untilDone({ words: ["delete", "from", "deleted"], batch, keyOf: (key) => key, send }, signal);
      }
    },
  };
}

interface Bulk<T> {
  /** For what goes wrong. */
  readonly words: readonly [verb: string, preposition: string, participle: string];
  readonly batch: readonly T[];
  readonly keyOf: (item: T | undefined) => string | undefined;
  readonly send: (left: readonly T[]) => Promise<{ unsuccessful_keys?: string[] } | null | undefined>;
}

function notAnApi(operation: string): PublishError {
  return new PublishError({
    operation,
    reason: "namespace",
    problem: "the answer is not that of a KV API",
    remedy: "check the KV URL",
  });
}

async function pauseByTimer(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal });
}
