/** Lists a resource in pages, each of which is let go before the next (Kubernetes API concepts, "Retrieving large results sets in chunks"). */
import * as z from "zod";
import { type KubeClient, KubeError } from "../../kubernetes/client.ts";
import { isExpired } from "./expired.ts";
import type { Resource } from "./resources.ts";
import type { Relist } from "./section.ts";
import type { WatchTiming } from "./watch-timing.ts";

const pageSchema = z.object({
  metadata: z.object({ resourceVersion: z.string(), continue: z.string().nullish() }),
  items: z.array(z.record(z.string(), z.unknown())).nullish(),
});

export interface ListOptions {
  readonly client: KubeClient;
  readonly resource: Resource;
  readonly timing: WatchTiming;
  readonly signal: AbortSignal;
  readonly relist: () => Relist;
}

export interface Listed {
  /** From which a watch goes on. */
  readonly version: string;
  readonly objects: number;
  readonly relist: Relist;
}

/** A list this large that expires twice while it is read takes too long for pages, and is asked for in one. */
const PAGED_ATTEMPTS = 2;

/**
 * A list that expires between two pages begins anew.
 *
 * @throws KubeError
 */
export async function listObjects(options: ListOptions, attempt = 1): Promise<Listed> {
  try {
    return await listOnce(options, attempt <= PAGED_ATTEMPTS ? options.timing.pageSize : undefined);
  } catch (error) {
    if (attempt > PAGED_ATTEMPTS || !(error instanceof KubeError) || !isExpired(error)) throw error;
    return listObjects(options, attempt + 1);
  }
}

async function listOnce(options: ListOptions, limit: number | undefined): Promise<Listed> {
  const { client, resource, timing, signal } = options;
  const relist = options.relist();
  let objects = 0;
  let version: string | undefined;
  let next: string | undefined;
  do {
    const query = { limit: limit?.toString(), continue: next, fieldSelector: resource.fieldSelector };
    const request = {
      method: "GET",
      path: resource.path,
      query,
      signal,
      timeoutMs: timing.pageTimeout,
    } as const;
    const page = readPage(resource, await client.json(request));
    for (const item of page.items ?? []) relist.add(item);
    objects += page.items?.length ?? 0;
    // All pages are of one version; a watch from the first one's misses nothing.
    version ??= page.metadata.resourceVersion;
    next = page.metadata.continue || undefined;
  } while (next !== undefined);
  return { version, objects, relist };
}

function readPage(resource: Resource, answer: unknown): z.output<typeof pageSchema> {
  const page = pageSchema.safeParse(answer);
  if (page.success) return page.data;
  throw new KubeError({
    operation: `list ${resource.path}`,
    status: undefined,
    reason: "",
    problem: "the answer is not a list of objects",
    remedy: "check that the address is that of a Kubernetes API server",
    cause: page.error,
  });
}
