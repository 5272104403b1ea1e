/** KV as the flags name it, and errors that name the flags. */
import { createCloudflareKv } from "../sync-agent/publish/cloudflare-kv.ts";
import { PublishError, type PublishReason } from "../sync-agent/publish/error.ts";
import type { Kv } from "../sync-agent/publish/kv.ts";
import { CommandError } from "./exit.ts";
import type { KvFlags } from "./kv-flags.ts";

export function kvOf({ kvUrl, apiToken, accountId, namespaceId }: KvFlags): Kv {
  return createCloudflareKv({ accountId, namespaceId, apiToken, baseUrl: kvUrl });
}

const FLAGS: Partial<Record<PublishReason, string>> = {
  token: "--api-token",
  namespace: "--kv-url, --account-id, --namespace-id",
  keys: "--keys",
};

/** Runs what uses these flags; what goes wrong with them names the flag. */
export async function namingFlags<T>({ headUrl }: KvFlags, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof PublishError)) throw error;
    const isEdge = headUrl !== undefined && error.operation.endsWith(headUrl);
    const flag = isEdge ? "--head-url" : (FLAGS[error.reason] ?? "--kv-url");
    throw new CommandError(`${flag}: ${error.message}`, { cause: error });
  }
}
