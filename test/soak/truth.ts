/**
 * What each generation must answer, as it was published: told of every key that an agent writes, it knows which version of
 * an Ingress a host has in a generation, and which endpoints a Service.
 */
import { decodeRoot, decodeShard, type Root, type Verifier } from "../../contract/index.ts";

/** Every value that a version of an Ingress is made of contains `soak-v` and its number. */
const VERSION = /soak-v(\d+)/g;

export function versionsIn(text: string): number[] {
  return Array.from(text.matchAll(VERSION), ([, digits]) => Number(digits));
}

/** One root's content. There may be two of one generation: agents that were killed leave some that no head ever named. */
export interface Expected {
  /** By host; more than one version in it would be a torn one. */
  readonly versions: ReadonlyMap<string, readonly number[]>;
  /** By `namespace/name`: addresses that are ready, and those that requests may go to besides. */
  readonly endpoints: ReadonlyMap<string, Endpoints>;
}

export interface Endpoints {
  readonly ready: readonly string[];
  readonly draining: readonly string[];
}

export class Truth {
  readonly #verifier: Verifier;
  readonly #shards = new Map<string, Expected>();
  readonly #roots = new Map<number, Root[]>();
  /** The newest generation that was written. */
  latest = 0;

  constructor(verifier: Verifier) {
    this.#verifier = verifier;
  }

  async written(key: string, value: string): Promise<void> {
    const [, kind, name = ""] = /^[^/]+\/(root|shard)\/(.+)$/.exec(key) ?? [];
    if (kind === "shard" && !this.#shards.has(name)) this.#shards.set(name, await readShard(name, value));
    if (kind !== "root") return;
    const root = await decodeRoot(value, this.#verifier);
    this.#roots.set(root.generation, [...(this.#roots.get(root.generation) ?? []), root]);
    this.latest = Math.max(this.latest, root.generation);
  }

  /** Empty for a generation that nobody wrote. */
  of(generation: number): readonly Expected[] {
    return (this.#roots.get(generation) ?? []).map(({ sections }) => {
      const shards = [...sections.hosts.shards, ...sections.services.shards].map((digest) =>
        this.#shards.get(digest),
      );
      return {
        versions: new Map(shards.flatMap((shard) => [...(shard?.versions ?? [])])),
        endpoints: new Map(shards.flatMap((shard) => [...(shard?.endpoints ?? [])])),
      };
    });
  }
}

const NOTHING: Expected = { versions: new Map(), endpoints: new Map() };

async function readShard(digest: string, text: string): Promise<Expected> {
  const section = (JSON.parse(text) as { section: string }).section;
  if (section === "hosts") {
    const records = await decodeShard("hosts", digest, text);
    const versions = Array.from(records, ([host, record]) => {
      return [host, [...new Set(versionsIn(JSON.stringify(record)))]] as const;
    });
    return { ...NOTHING, versions: new Map(versions) };
  }
  if (section !== "services") return NOTHING;
  const endpoints = new Map<string, Endpoints>();
  for (const [name, record] of await decodeShard("services", digest, text)) {
    if (record.kind === "externalName") continue;
    const all = record.subsets.flatMap(({ endpoints }) => endpoints);
    endpoints.set(name, {
      ready: all.filter(({ ready }) => ready).map(({ address }) => address),
      draining: all.filter(({ draining }) => draining === true).map(({ address }) => address),
    });
  }
  return { ...NOTHING, endpoints };
}
