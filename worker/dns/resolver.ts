/**
 * What every plugin of the resolver gets and gives. As in CoreDNS a plugin answers a query itself, or asks the plugins
 * behind it, with the query as it came or another one, and may change what they answer.
 */
import type { MaybePromise, SnapshotView } from "../snapshot/view.ts";
import type { ExtendedError } from "./wire/extended-error.ts";
import type { Name } from "./wire/name.ts";
import type { Question, ResourceRecord } from "./wire/record.ts";

/** What somebody may see of the resolver's data. */
export interface Visibility {
  /** Of the cluster; all where absent. */
  readonly namespaces?: ReadonlySet<string> | undefined;
  /** Names outside of these are refused; none where absent. */
  readonly zones?: readonly Name[] | undefined;
  /** Whether the query may be sent on to other resolvers. */
  readonly forward: boolean;
}

export function isInZones({ zones }: Visibility, name: Name): boolean {
  if (zones === undefined) return true;
  return zones.some((zone) => name.labelsAbove(zone) !== undefined);
}

/** Where short names are looked up as well. */
export interface Search {
  readonly domains: readonly Name[];
  /** How many dots make a name that is tried as it is first. */
  readonly ndots: number;
}

/** Whoever sent a query. */
export interface Client {
  readonly address: string;
  /** What it is called in the Secret that lets it ask; absent for those that need no token. */
  readonly name?: string | undefined;
}

export interface Query {
  /** Of class IN, and of a type that is answered at all: no zone transfers. */
  readonly question: Question;
  /** The one generation that this query sees. */
  readonly view: SnapshotView;
  readonly client: Client;
  readonly visible: Visibility;
  readonly search?: Search | undefined;
  /** Whether records of DNSSEC are asked for (DO). */
  readonly dnssecOk: boolean;
  /** How many questions of the resolver's own led to this one: aliases that are followed. */
  readonly depth: number;
  /** Plugins that are asked add themselves, where the resolver is made for that (PluginPlatform.traced). */
  readonly trace?: PluginStep[] | undefined;
}

/** A plugin that was asked, and whether it answered by itself, without asking those behind it. */
export interface PluginStep {
  readonly plugin: string;
  readonly depth: number;
  answered: boolean;
}

export interface Resolution {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
  /** Why, for people: an extended DNS error (RFC 8914). */
  readonly extendedError?: ExtendedError | undefined;
  /** Why it is a failure, for the log alone. */
  readonly cause?: string | undefined;
  /** Of the server block that answered, as it is configured. */
  readonly zone?: string | undefined;
  /** Whether another resolver was asked: it is one that recurses (RA). */
  readonly recursive?: true | undefined;
}

/** Rejects with SnapshotUnavailableError where the view does. */
export type Resolver = (query: Query) => MaybePromise<Resolution>;

/** @param next the plugins behind this one */
export type Plugin = (query: Query, next: Resolver) => MaybePromise<Resolution>;

/** Asks the plugins in order, each by the one before it; the last asks `last`. */
export function chain(plugins: readonly Plugin[], last: Resolver): Resolver {
  return plugins.reduceRight<Resolver>((next, plugin) => (query) => plugin(query, next), last);
}
