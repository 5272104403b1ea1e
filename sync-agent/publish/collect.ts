/** Deletes from KV what nobody needs any more: old roots first, then the shards that no root names that is kept. */
import { ContractError, type Head, headKey, type Root, shardKey } from "../../contract/index.ts";
import { concurrently } from "../cluster/manifests/concurrently.ts";
import type { Logger } from "../report/logger.ts";
import {
  DEFAULT_RETENTION,
  planRoots,
  planShards,
  type ReadRoot,
  type Retention,
  type RootsToCollect,
} from "./collect-plan.ts";
import { type ListedRoot, listRoots, listShards } from "./listing.ts";
import { KV_STALE_MS, overtaken, type SeenHead } from "./overtaken.ts";
import { readRoot, type RootPlace, shardsOf } from "./read-root.ts";
import { requireGoing } from "./stopped.ts";

export interface CollectorOptions extends RootPlace {
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly retention?: Partial<Retention> | undefined;
  readonly budget?: Partial<Budget> | undefined;
}

/** What one collection may cost, so that publishing keeps within the API's 1,200 requests in 5 minutes. */
export interface Budget {
  /** Of roots, one request each. What is missing then is read by the next collection, and no shard goes before. */
  readonly reads: number;
  /** Of shards, a request for every 1,000. */
  readonly listed: number;
}

export const DEFAULT_BUDGET: Budget = { reads: 100, listed: 50_000 };

/** What is in use, as the publisher knows it. */
export interface InUse {
  /** Roots that KV or an edge may be serving from, by their keys. */
  readonly roots: ReadonlyMap<string, Root>;
  /** The root that KV's head names. */
  readonly current: Root;
  readonly head: SeenHead;
}

export interface Collected {
  /** How many were deleted. */
  readonly roots: number;
  readonly shards: number;
  /** Whether there was more to do: too much to read at once, or not old enough yet. */
  readonly more: boolean;
}

/**
 * - `overtaken`: another writer moved KV's head; nothing more was deleted.
 * - `damaged`: KV lacks a shard that the current root names; nothing more was deleted.
 */
export type Collection = Collected | "overtaken" | "damaged";

export interface Collector {
  /** Remembers a root that was just published: it need not be read, and a listing may not show it for a minute. */
  published(key: string, head: Head, root: Root): void;
  /** @throws PublishError; what was deleted by then was rightly so, and the next call does the rest. */
  collect(inUse: InUse, signal?: AbortSignal): Promise<Collection>;
}

/** So many shards that a listing lacks are looked for one by one: it may be a minute old. */
const DOUBTS = 20;

export function createCollector(options: CollectorOptions): Collector {
  const { cluster, kv, log, now } = options;
  const retention = { ...DEFAULT_RETENTION, ...options.retention };
  const budget = { ...DEFAULT_BUDGET, ...options.budget };
  let known = new Map<string, ReadRoot>();
  // One string for each digest, however many roots name it.
  let digests = new Map<string, string>();
  /** What was published so recently that a listing may lack it. */
  let recent: { readonly listed: ListedRoot; readonly since: number }[] = [];

  function learn(key: string, root: Root): void {
    const shards = shardsOf(root).map((digest) => {
      const present = digests.get(digest);
      if (present === undefined) digests.set(digest, digest);
      return present ?? digest;
    });
    known.set(key, { time: root.time, shards });
  }

  function forgetAllBut(roots: readonly ListedRoot[]): void {
    known = new Map(
      roots.flatMap(({ key }) => {
        const content = known.get(key);
        return content === undefined ? [] : [[key, content] as const];
      }),
    );
    digests = new Map(
      [...known.values()].flatMap((content) =>
        content === "unverifiable" ? [] : content.shards.map((digest) => [digest, digest] as const),
      ),
    );
  }

  /** Whether KV had it. */
  async function read(root: ListedRoot, signal: AbortSignal | undefined): Promise<boolean> {
    try {
      const content = await readRoot(options, root, signal);
      if (content === undefined) return false;
      learn(root.key, content);
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      log.warn({ cluster, key: root.key }, `${root.key} names nothing that counts: ${error.message}`);
      known.set(root.key, "unverifiable");
    }
    return true;
  }

  /** Reads what is to be kept until it is known what that is. `whole`: nothing of it is left to read. */
  async function decide(listed: readonly ListedRoot[], pinned: ReadonlySet<string>, signal?: AbortSignal) {
    const missing = new Set<string>();
    for (let left = budget.reads; ;) {
      const plan = planRoots(listed, known, pinned, now(), retention);
      const unread = plan.keep.filter(({ key }) => !known.has(key) && !missing.has(key));
      if (unread.length === 0 || left === 0) {
        return { plan, whole: unread.length === 0 && missing.size === 0 };
      }
      const batch = unread.slice(0, left);
      left -= batch.length;
      await concurrently(batch, async (root) => {
        if (!(await read(root, signal))) missing.add(root.key);
      });
    }
  }

  function namedBy({ keep }: RootsToCollect, { roots }: InUse): Set<string> {
    const named = new Set([...roots.values()].flatMap(shardsOf));
    for (const { key } of keep) {
      const content = known.get(key);
      if (content === undefined || content === "unverifiable") continue;
      for (const digest of content.shards) named.add(digest);
    }
    return named;
  }

  /** Whether KV lacks a shard of the current root. */
  async function isDamaged({ current }: InUse, listed: ReadonlySet<string>, signal?: AbortSignal) {
    const doubtful = [...new Set(shardsOf(current))].filter((digest) => !listed.has(digest));
    for (const digest of doubtful.slice(0, DOUBTS)) {
      const key = shardKey(cluster, digest);
      if ((await kv.get(key, signal)) !== undefined) continue;
      log.error(
        { cluster, key, generation: current.generation },
        `KV lacks ${key}, which the current root names; the next publication writes every shard anew`,
      );
      return true;
    }
    return false;
  }

  async function allRoots(signal: AbortSignal | undefined): Promise<ListedRoot[]> {
    const listed = await listRoots(kv, cluster, signal);
    recent = recent.filter(({ since }) => now() - since < KV_STALE_MS);
    const keys = new Set(listed.map(({ key }) => key));
    return [...listed, ...recent.map((root) => root.listed).filter(({ key }) => !keys.has(key))];
  }

  return {
    published(key, { generation, root: digest }, root) {
      learn(key, root);
      recent.push({ listed: { key, generation, digest, time: root.time }, since: now() });
    },
    async collect(inUse, signal) {
      const isOvertaken = async () => overtaken(inUse.head, await kv.get(headKey(cluster), signal), now());
      const remove = async (what: string, gone: readonly { key: string }[]) => {
        if (gone.length === 0) return;
        requireGoing(signal, `delete ${gone.length} ${what} of cluster ${cluster}`);
        await kv.delete(
          gone.map(({ key }) => key),
          signal,
        );
      };

      if (await isOvertaken()) return "overtaken";
      for (const [key, root] of inUse.roots) learn(key, root);
      const listed = await allRoots(signal);
      const { plan, whole } = await decide(listed, new Set(inUse.roots.keys()), signal);
      await remove("roots", plan.remove);
      forgetAllBut(plan.keep);
      if (!whole) return { roots: plan.remove.length, shards: 0, more: true };

      const shards = await listShards(kv, cluster, budget.listed, signal);
      const complete = shards.length < budget.listed;
      const present = new Set(shards.map(({ digest }) => digest));
      if (complete && (await isDamaged(inUse, present, signal))) return "damaged";
      const rest = planShards(shards, namedBy(plan, inUse), now(), retention);
      // The listing has just told the shards' ages. Somebody else may lead since this began, and use them.
      if (rest.remove.length > 0 && (await isOvertaken())) return "overtaken";
      await remove("shards", rest.remove);
      return {
        roots: plan.remove.length,
        shards: rest.remove.length,
        more: plan.aging || rest.aging || !complete,
      };
    },
  };
}
