/** Whether a root that nobody serves at present is still whole in KV. */
import { type Root, type Section, SECTION_NAMES, sha256, shardKey } from "../../contract/index.ts";
import { concurrently } from "../cluster/manifests/concurrently.ts";
import type { Kv } from "./kv.ts";
import { listShards } from "./listing.ts";
import type { ShardToWrite } from "./plan.ts";

interface NamedShard {
  readonly section: Section;
  readonly digest: string;
}

/** What of a root KV holds no longer, as `hosts/3f2a…`. */
export type Missing = readonly string[];

/** The shards that a root names and KV lacks. @throws PublishError */
export async function missingShards(kv: Kv, root: Root, signal?: AbortSignal): Promise<Missing> {
  const listed = await listShards(kv, root.cluster, Number.POSITIVE_INFINITY, signal);
  const present = new Set(listed.map(({ digest }) => digest));
  // A listing may be a minute old, so that what it lacks is looked for.
  const doubtful = namedShards(root).filter(({ digest }) => !present.has(digest));
  const found = await concurrently(doubtful, ({ digest }) => kv.get(shardKey(root.cluster, digest), signal));
  return doubtful.filter((_, i) => found[i] === undefined).map(nameOf);
}

/**
 * Reads the shards of a root but those that `base` names too, and makes sure that KV has these as well.
 *
 * @returns the texts, to be written anew: then their age protects them from a collection that is under way.
 * @throws PublishError
 */
export async function readShards(
  kv: Kv,
  root: Root,
  base: Root | undefined,
  signal?: AbortSignal,
): Promise<{ readonly shards: readonly ShardToWrite[] } | { readonly missing: Missing }> {
  const named = new Set(base === undefined ? [] : namedShards(base).map(({ digest }) => digest));
  const wanted = namedShards(root).filter(({ digest }) => !named.has(digest));
  const texts = await concurrently(wanted, ({ digest }) => kv.get(shardKey(root.cluster, digest), signal));
  const shards: ShardToWrite[] = [];
  const missing = new Set<string>();
  for (const [i, { section, digest }] of wanted.entries()) {
    const text = texts[i];
    if (text !== undefined && (await sha256(text)) === digest) shards.push({ section, digest, text });
    else missing.add(nameOf({ section, digest }));
  }
  for (const name of await missingShards(kv, root, signal)) missing.add(name);
  return missing.size === 0 ? { shards } : { missing: [...missing] };
}

/** Each once: the empty shards of a section are one and the same. */
function namedShards({ sections }: Root): NamedShard[] {
  const shards = SECTION_NAMES.flatMap((section) =>
    sections[section].shards.map((digest) => [digest, { section, digest }] as const),
  );
  return [...new Map(shards).values()];
}

function nameOf({ section, digest }: NamedShard): string {
  return `${section}/${digest.slice(0, 12)}`;
}
