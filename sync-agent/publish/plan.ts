/** What has to be written so that the edge serves what was compiled. Pure. */
import {
  canonicalJson,
  CONTRACT_VERSION,
  type EncodedShard,
  type Root,
  type Section,
  SECTION_NAMES,
  type Settings,
} from "../../contract/index.ts";
import type { EncodedSections } from "./encode.ts";
import type { EncodedSection } from "./section-encoder.ts";

/** Below or at what a new root must not be. */
export interface Floor {
  /** Every generation up to this one is taken; 0 when none is. */
  readonly generation: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** What is known to be published, all of it verified. */
export interface Base {
  /** The newest root. */
  readonly latest: Root | undefined;
  /** The root that KV's own head names, so that KV holds all its shards. Older than `latest` where KV lags behind the edge. */
  readonly stored: Root | undefined;
  readonly floor: Floor;
}

/** What should be published. */
export interface Target {
  readonly cluster: string;
  readonly sections: EncodedSections;
  readonly settings: Settings;
  /** Milliseconds since 1970. */
  readonly time: number;
}

export interface ShardToWrite extends EncodedShard {
  readonly section: Section;
}

export interface Plan {
  /** To be signed, unless it is `base.latest` itself: then KV alone lacks it. */
  readonly root: Root;
  readonly shards: readonly ShardToWrite[];
}

/**
 * A root with a hold stays, whatever should be published, until somebody releases it.
 *
 * Otherwise compares by digests, record counts and settings, so it gives `unchanged` for an unchanged cluster after a restart
 * too. Otherwise the next root takes the first free generation, and its time never goes backwards.
 */
export function planPublication(base: Base, target: Target): Plan | "unchanged" {
  const { latest } = base;
  if (latest?.hold !== undefined) return planHeld(latest, base);
  const shards = missingShards(base.stored, target.sections);
  // A root below the floor cannot stay: an edge may have seen a newer one that we cannot read.
  if (latest !== undefined && latest.generation >= base.floor.generation && sameContent(latest, target)) {
    return base.stored?.generation === latest.generation ? "unchanged" : { root: latest, shards };
  }
  const root = {
    version: CONTRACT_VERSION,
    cluster: target.cluster,
    ...nextPlace(base, target.time),
    sections: rootSections(target.sections),
    settings: target.settings,
  } as const;
  return { root, shards };
}

/** The first free generation, at a time that is not before that of any other. */
export function nextPlace({ latest, floor }: Base, time: number): Pick<Root, "generation" | "time"> {
  return {
    generation: Math.max(floor.generation, latest?.generation ?? 0) + 1,
    time: Math.max(floor.time, latest?.time ?? 0, time),
  };
}

/** KV may have been left behind, or a writer that did not know of the hold came in between: then the hold prevails. */
function planHeld(latest: Root, base: Base): Plan | "unchanged" {
  const { stored, floor } = base;
  const isStored = stored !== undefined && canonicalJson(stored) === canonicalJson(latest);
  const isTaken = !isStored && stored !== undefined && stored.generation >= latest.generation;
  if (latest.generation < floor.generation || isTaken) {
    return { root: { ...latest, ...nextPlace(base, latest.time) }, shards: [] };
  }
  return isStored ? "unchanged" : { root: latest, shards: [] };
}

function sameContent(root: Root, target: Target): boolean {
  const content = {
    cluster: target.cluster,
    sections: rootSections(target.sections),
    settings: target.settings,
  };
  const { cluster, sections, settings } = root;
  return canonicalJson({ cluster, sections, settings }) === canonicalJson(content);
}

function rootSections({
  addresses,
  certificates,
  hosts,
  services,
  zones,
}: EncodedSections): Root["sections"] {
  const describe = ({ records, shards }: EncodedSection) => ({
    records,
    shards: shards.map(({ digest }) => digest),
  });
  return {
    addresses: describe(addresses),
    certificates: describe(certificates),
    hosts: describe(hosts),
    services: describe(services),
    zones: describe(zones),
  };
}

/** Shards that `stored` does not name, each once: the empty shards of a section are one and the same. */
function missingShards(stored: Root | undefined, sections: EncodedSections): ShardToWrite[] {
  const seen = new Set(SECTION_NAMES.flatMap((section) => stored?.sections[section].shards ?? []));
  const missing: ShardToWrite[] = [];
  for (const section of SECTION_NAMES) {
    for (const shard of sections[section].shards) {
      if (seen.has(shard.digest)) continue;
      seen.add(shard.digest);
      missing.push({ section, ...shard });
    }
  }
  return missing;
}
