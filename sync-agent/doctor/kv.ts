/** Whether the KV namespace is there, and takes and gives what the agent writes. */
import { APIError } from "cloudflare";
import { storeErrorOf } from "../certificates/cloudflare-errors.ts";
import type { Client } from "../cloudflare-client.ts";
import { PublishError } from "../publish/error.ts";
import type { Kv } from "../publish/kv.ts";
import { fail, failed, type Finding, ok } from "./finding.ts";

const PERMISSION = "Workers KV Storage: Edit";

export interface NamespaceCheck {
  readonly client: Client;
  readonly accountId: string;
  readonly namespaceId: string;
}

export async function checkNamespace({ client, accountId, namespaceId }: NamespaceCheck): Promise<Finding> {
  const name = "kv namespace";
  try {
    // Typed as always there, but it is whatever a 2xx answer holds, a login page's for instance.
    const found = (await client.kv.namespaces.get(namespaceId, { account_id: accountId })) as
      { title?: unknown } | undefined;
    if (typeof found?.title === "string") return ok(name, `${namespaceId} (${found.title})`);
    return fail(name, "the answer is not that of a KV API", "check --kv-url: it ends in /client/v4");
  } catch (error) {
    if (error instanceof APIError && (error.status as number | undefined) === 404) {
      return fail(
        name,
        `there is no namespace ${namespaceId} in account ${accountId}`,
        "check --account-id, --namespace-id and --kv-url; `wrangler kv namespace list` shows what there is",
      );
    }
    return failed(name, storeErrorOf(`look for KV namespace ${namespaceId}`, PERMISSION, error));
  }
}

export interface KvCheck {
  readonly cluster: string;
  readonly kv: Pick<Kv, "get" | "put" | "delete">;
  /** Not seen before, to tell what is read from what an earlier run wrote. */
  readonly mark: string;
}

/**
 * Writes a key, reads and deletes it. Workers KV is eventually consistent: to read something older, or nothing, says as
 * much of the permission to read as the mark does.
 */
export async function checkKv({ cluster, kv, mark }: KvCheck): Promise<Finding> {
  const name = "kv read and write";
  const key = `${cluster}/doctor`;
  try {
    await kv.put([{ key, value: mark }]);
    const seen = await kv.get(key);
    await kv.delete([key]);
    const how =
      seen === mark ? "" : ", read in an older state, as an eventually consistent store may give it";
    return ok(name, `${key} was written, read and deleted${how}`);
  } catch (error) {
    if (error instanceof PublishError) return failed(name, error);
    throw error;
  }
}
