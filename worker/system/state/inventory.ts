/** A whole cluster at a glance: each shard is read once, a line a record is kept of it, and nothing else. */
import type { Root, Section, ShardRecords } from "../../../contract/index.ts";
import { SnapshotUnavailableError } from "../../snapshot/errors.ts";
import {
  type CertificateLine,
  type EndpointCounts,
  type HostLine,
  type ServiceSummary,
  summariseCertificates,
  summariseHosts,
  summariseServices,
  summariseZones,
  type ZoneSummary,
} from "./summaries.ts";

export interface Skimmable {
  readonly root: Root;
  skim<S extends Section>(section: S, digest: string): Promise<ShardRecords<S>>;
}

/** Shards that are read at a time, each of some 64 KiB. */
const AT_A_TIME = 16;
/** Of each section. Workers let a request do a thousand operations; what is left is read with the next request. */
const MOST_READS = 300;

/** One section, shard by shard. A shard is immutable, so what was read for a generation before is as good. */
class Kept<S extends Section, T, All> {
  readonly #section: S;
  readonly #summarise: (records: ShardRecords<S>) => T;
  readonly #combine: (summaries: readonly T[], complete: boolean) => All;
  #known = new Map<string, T>();
  /** Of all shards of a generation, once they have been read. */
  #whole: { readonly shards: readonly string[]; readonly all: All } | undefined;

  constructor(
    section: S,
    summarise: (records: ShardRecords<S>) => T,
    combine: (summaries: readonly T[], complete: boolean) => All,
  ) {
    this.#section = section;
    this.#summarise = summarise;
    this.#combine = combine;
  }

  /** What cannot be read now is left out, and read with the next request. */
  async of(generation: Skimmable): Promise<All> {
    const { shards } = generation.root.sections[this.#section];
    if (this.#whole !== undefined && isSame(this.#whole.shards, shards)) return this.#whole.all;
    const digests = [...new Set(shards)];
    const known = new Map<string, T>();
    for (const digest of digests) {
      const summary = this.#known.get(digest);
      if (summary !== undefined) known.set(digest, summary);
    }
    const wanted = digests.filter((digest) => !known.has(digest)).slice(0, MOST_READS);
    for (let at = 0; at < wanted.length; at += AT_A_TIME) {
      await Promise.all(
        wanted.slice(at, at + AT_A_TIME).map(async (digest) => {
          const records = await this.#skimmed(generation, digest);
          if (records !== undefined) known.set(digest, this.#summarise(records));
        }),
      );
    }
    this.#known = known;
    const complete = known.size === digests.length;
    const all = this.#combine([...known.values()], complete);
    this.#whole = complete ? { shards, all } : undefined;
    return all;
  }

  /** How many shards of a generation are not known yet. */
  unread({ root }: Skimmable): number {
    const { shards } = root.sections[this.#section];
    if (this.#whole !== undefined && isSame(this.#whole.shards, shards)) return 0;
    return shards.filter((digest) => !this.#known.has(digest)).length;
  }

  async #skimmed(generation: Skimmable, digest: string): Promise<ShardRecords<S> | undefined> {
    try {
      return await generation.skim(this.#section, digest);
    } catch (error) {
      if (error instanceof SnapshotUnavailableError) return undefined;
      throw error;
    }
  }
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one === other || (one.length === other.length && one.every((digest, at) => digest === other[at]));
}

interface Whole {
  /** Whether all of it has been read. */
  readonly complete: boolean;
}

export interface AllHosts extends Whole {
  /** By name. */
  readonly lines: readonly HostLine[];
  readonly routes: number;
  /** `namespace/name` of all Services that routes lead to. */
  readonly services: ReadonlySet<string>;
}

export interface AllServices extends Whole, EndpointCounts {
  /** By `namespace/name`. */
  readonly counts: ReadonlyMap<string, EndpointCounts>;
}

export interface AllCertificates extends Whole {
  /** The first to expire first. */
  readonly lines: readonly CertificateLine[];
  readonly byName: ReadonlyMap<string, CertificateLine>;
}

export interface AllZones extends Whole, ZoneSummary {}

/** One an isolate. What is put together of a section's summaries stays as long as its shards do. */
export class Inventory {
  readonly #hosts = new Kept("hosts", summariseHosts, allHosts);
  readonly #services = new Kept("services", summariseServices, allServices);
  readonly #certificates = new Kept("certificates", summariseCertificates, allCertificates);
  readonly #zones = new Kept("zones", summariseZones, allZones);

  hosts(generation: Skimmable): Promise<AllHosts> {
    return this.#hosts.of(generation);
  }

  services(generation: Skimmable): Promise<AllServices> {
    return this.#services.of(generation);
  }

  certificates(generation: Skimmable): Promise<AllCertificates> {
    return this.#certificates.of(generation);
  }

  /** Shards of a generation's hosts, Services and certificates that nobody has looked at yet. */
  unread(generation: Skimmable): number {
    return [this.#hosts, this.#services, this.#certificates].reduce(
      (sum, kept) => sum + kept.unread(generation),
      0,
    );
  }

  zones(generation: Skimmable): Promise<AllZones> {
    return this.#zones.of(generation);
  }
}

function allHosts(summaries: readonly (readonly HostLine[])[], complete: boolean): AllHosts {
  const lines = summaries.flat().toSorted((a, b) => compare(a.name, b.name));
  const services = new Set<string>();
  for (const { ways } of lines) {
    for (const way of ways) for (const service of way.services) services.add(service);
  }
  return { lines, routes: lines.reduce((sum, { routes }) => sum + routes, 0), services, complete };
}

function allServices(summaries: readonly ServiceSummary[], complete: boolean): AllServices {
  const counts = new Map<string, EndpointCounts>();
  let [ready, notReady, draining] = [0, 0, 0];
  for (const summary of summaries) {
    for (const [name, count] of summary) {
      counts.set(name, count);
      ready += count.ready;
      notReady += count.notReady;
      draining += count.draining;
    }
  }
  return { counts, ready, notReady, draining, complete };
}

function allCertificates(
  summaries: readonly (readonly CertificateLine[])[],
  complete: boolean,
): AllCertificates {
  const lines = summaries.flat().toSorted((a, b) => a.notAfter - b.notAfter || compare(a.name, b.name));
  return { lines, byName: new Map(lines.map((line) => [line.name, line])), complete };
}

function allZones(summaries: readonly ZoneSummary[], complete: boolean): AllZones {
  return {
    views: summaries.flatMap(({ views }) => views).toSorted(),
    files: summaries.flatMap(({ files }) => files).toSorted((a, b) => compare(a.zone, b.zone)),
    published: summaries.reduce((sum, { published }) => sum + published, 0),
    tokens: summaries.reduce((sum, { tokens }) => sum + tokens, 0),
    complete,
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
