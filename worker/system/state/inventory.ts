/** A whole cluster at a glance: each shard is read once, a line a record is kept of it, and nothing else. */
import type { Root, Section, ShardRecords } from "../../../contract/index.ts";
import { SnapshotUnavailableError } from "../../snapshot/errors.ts";
import {
  type CertificateLine,
  type HostLine,
  summariseCertificates,
  summariseHosts,
  summariseServices,
  summariseZones,
} from "./summaries.ts";

export interface Skimmable {
  readonly root: Root;
  skim<S extends Section>(section: S, digest: string): Promise<ShardRecords<S>>;
}

/** Shards that are read at a time, each of some 64 KiB. */
const AT_A_TIME = 16;
/** Workers let a request do a thousand operations; what is left is read with the next request. */
const MOST_READS = 400;

/** @param missing shards that are not read yet, or cannot be read now: what is shown is not all there is */
interface Read<T> {
  readonly summaries: readonly T[];
  readonly missing: number;
}

/** The summaries of one section. A shard is immutable, so one of a generation before is as good. */
class Summaries<S extends Section, T> {
  readonly #section: S;
  readonly #summarise: (records: ShardRecords<S>) => T;
  #known = new Map<string, T>();

  constructor(section: S, summarise: (records: ShardRecords<S>) => T) {
    this.#section = section;
    this.#summarise = summarise;
  }

  async of(generation: Skimmable): Promise<Read<T>> {
    const digests = [...new Set(generation.root.sections[this.#section].shards)];
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
    return { summaries: [...known.values()], missing: digests.length - known.size };
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

export interface AllHosts {
  /** By name. */
  readonly lines: readonly HostLine[];
  readonly routes: number;
  readonly dead: number;
  readonly backends: ReadonlySet<string>;
  readonly complete: boolean;
}

export interface AllServices {
  readonly services: number;
  readonly ready: number;
  readonly notReady: number;
  readonly draining: number;
  readonly without: ReadonlySet<string>;
  readonly complete: boolean;
}

export interface AllCertificates {
  /** The first to expire first. */
  readonly lines: readonly CertificateLine[];
  readonly complete: boolean;
}

export interface AllZones {
  readonly views: readonly string[];
  readonly files: readonly { readonly zone: string; readonly source: string; readonly names: number }[];
  readonly published: number;
  readonly tokens: number;
  readonly complete: boolean;
}

export class Inventory {
  readonly #hosts = new Summaries("hosts", summariseHosts);
  readonly #services = new Summaries("services", summariseServices);
  readonly #certificates = new Summaries("certificates", summariseCertificates);
  readonly #zones = new Summaries("zones", summariseZones);
  #sorted: { readonly shards: readonly string[]; readonly hosts: AllHosts } | undefined;

  /** Sorted once for the shards that there are: a search goes through it in order. */
  async hosts(generation: Skimmable): Promise<AllHosts> {
    const { shards } = generation.root.sections.hosts;
    const sorted = this.#sorted;
    if (sorted !== undefined && isSame(sorted.shards, shards) && sorted.hosts.complete) return sorted.hosts;
    const { summaries, missing } = await this.#hosts.of(generation);
    const lines = summaries
      .flatMap((summary) => summary.lines)
      .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    const hosts = {
      lines,
      routes: lines.reduce((sum, line) => sum + line.routes, 0),
      dead: lines.reduce((sum, line) => sum + line.dead, 0),
      backends: new Set(summaries.flatMap(({ backends }) => backends)),
      complete: missing === 0,
    };
    this.#sorted = { shards, hosts };
    return hosts;
  }

  async services(generation: Skimmable): Promise<AllServices> {
    const { summaries, missing } = await this.#services.of(generation);
    const sum = (key: "services" | "ready" | "notReady" | "draining") =>
      summaries.reduce((total, summary) => total + summary[key], 0);
    return {
      services: sum("services"),
      ready: sum("ready"),
      notReady: sum("notReady"),
      draining: sum("draining"),
      without: new Set(summaries.flatMap(({ without }) => without)),
      complete: missing === 0,
    };
  }

  async certificates(generation: Skimmable): Promise<AllCertificates> {
    const { summaries, missing } = await this.#certificates.of(generation);
    const lines = summaries.flat().toSorted((a, b) => a.notAfter - b.notAfter || (a.name < b.name ? -1 : 1));
    return { lines, complete: missing === 0 };
  }

  async zones(generation: Skimmable): Promise<AllZones> {
    const { summaries, missing } = await this.#zones.of(generation);
    return {
      views: summaries.flatMap(({ views }) => views).toSorted(),
      files: summaries.flatMap(({ files }) => files).toSorted((a, b) => (a.zone < b.zone ? -1 : 1)),
      published: summaries.reduce((sum, { published }) => sum + published, 0),
      tokens: summaries.reduce((sum, { tokens }) => sum + tokens, 0),
      complete: missing === 0,
    };
  }
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one === other || (one.length === other.length && one.every((digest, at) => digest === other[at]));
}
