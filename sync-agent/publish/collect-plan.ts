/** What of a cluster's data in KV nobody needs any more. Pure. */
import type { ListedRoot, ListedShard } from "./listing.ts";

export interface Retention {
  /** So many of the newest roots stay, to roll back to. */
  readonly roots: number;
  /** A root stays for so long after the next one was published, in milliseconds: an edge may not have looked since. */
  readonly superseded: number;
  /** Younger shards stay, and roots that do not verify: a publication that is under way may be about to name them. */
  readonly grace: number;
}

export const DEFAULT_RETENTION: Retention = { roots: 20, superseded: 3_600_000, grace: 3_600_000 };

/** What a root in KV turned out to be: its time and the shards that it names, or that it does not verify. */
export type ReadRoot = { readonly time: number; readonly shards: readonly string[] } | "unverifiable";

export interface RootsToCollect {
  /** In the listing's order. */
  readonly keep: readonly ListedRoot[];
  readonly remove: readonly ListedRoot[];
  /** Whether some are kept only for their age, so that another look is due when they have aged. */
  readonly aging: boolean;
}

/**
 * A root that was not read yet is taken for one that verifies; so this is asked again when a kept one was read.
 *
 * @param pinned keys of roots that are in use.
 * @param now milliseconds since 1970. By a clock that was set back, more is kept.
 */
export function planRoots(
  roots: readonly ListedRoot[],
  read: ReadonlyMap<string, ReadRoot>,
  pinned: ReadonlySet<string>,
  now: number,
  { roots: count, superseded, grace }: Retention,
): RootsToCollect {
  const kept = new Set<string>();
  let aging = false;
  let valid = 0;
  // When the generation that follows was made; what does not say it counts as just made.
  let successor = Number.POSITIVE_INFINITY;
  // Of one generation there may be two: an agent that is killed leaves one behind that was never the head.
  let present = { generation: Number.POSITIVE_INFINITY, time: Number.POSITIVE_INFINITY };
  for (const { key, generation, time } of roots.toSorted((a, b) => b.generation - a.generation)) {
    const content = read.get(key);
    if (content === "unverifiable") {
      if (pinned.has(key) || now - (time ?? now) < grace) {
        kept.add(key);
        aging = true;
      }
      continue;
    }
    const made = content?.time ?? time ?? now;
    if (generation === present.generation) present = { generation, time: Math.max(present.time, made) };
    else {
      successor = present.time;
      present = { generation, time: made };
    }
    valid += 1;
    const young = now - successor < superseded;
    if (pinned.has(key) || valid <= count || young) kept.add(key);
    if (young && valid > count) aging = true;
  }
  return {
    keep: roots.filter(({ key }) => kept.has(key)),
    remove: roots.filter(({ key }) => !kept.has(key)),
    aging,
  };
}

/** @param named digests that a kept root names. */
export function planShards(
  shards: readonly ListedShard[],
  named: ReadonlySet<string>,
  now: number,
  { grace }: Retention,
): { readonly remove: readonly ListedShard[]; readonly aging: boolean } {
  const unnamed = shards.filter(({ digest }) => !named.has(digest));
  // One whose age nobody knows stays.
  const remove = unnamed.filter(({ written }) => written !== undefined && now - written >= grace);
  return { remove, aging: remove.length < unnamed.length };
}
