/**
 * How the resolver is configured: by the cluster's Corefile, or as distributions write it where there is none. A
 * Corefile that is refused changes nothing of what was served before.
 */
import {
  type DnsPlugin,
  type DnsServer,
  type DnsSettings,
  type StandardDns,
  standardDns,
  type ZoneRecord,
} from "../../contract/index.ts";
import type { ClusterState } from "../cluster/state.ts";
import { type Corefile, type CorefileReading, readCorefile } from "../corefile/corefile.ts";
import type { LabelSelector } from "../corefile/label-selector.ts";
import type { CorefileSource } from "../corefile/source.ts";
import { isReverseZone } from "../corefile/zones.ts";
import type { Warning } from "../warning.ts";
import { COREFILE_KEY, type CorefileOrigin, configMapSource, corefileConfigMaps } from "./corefile-source.ts";
import { findingWarning, refusalWarning } from "./corefile-warnings.ts";
import { EVERY_SERVICE, selectNamespaces, type ServiceSelection } from "./selections.ts";

/** What a root says of DNS, with the records of section `zones` that its plugins name. */
export interface PublishedDns {
  readonly settings: DnsSettings;
  readonly records: ReadonlyMap<string, ZoneRecord>;
}

/** For the next compile. */
export interface DnsMemory {
  /** What the Corefile was read from, by identity, and what came out. */
  readonly reading: { readonly from: readonly unknown[]; readonly result: CorefileReading } | undefined;
  /** The Corefile that was served last. */
  readonly good: Corefile | undefined;
  /** What was published before this process, where that is served. */
  readonly published: PublishedDns | undefined;
  /** Zones by their records' keys, as they were served last. */
  readonly zones: ReadonlyMap<string, ZoneRecord>;
}

export interface DnsOptions {
  readonly dns: StandardDns;
  readonly corefile?: CorefileOrigin | undefined;
  /** What `{$NAME}` stands for in a Corefile. */
  readonly environment?: ReadonlyMap<string, string> | undefined;
  readonly dnsMemory?: DnsMemory | undefined;
  readonly publishedDns?: PublishedDns | undefined;
}

export interface CompiledDns {
  readonly settings: DnsSettings;
  readonly records: ReadonlyMap<string, ZoneRecord>;
  readonly warnings: readonly Warning[];
  readonly memory: DnsMemory;
  /** Whether something is refused for which what is published may have better. */
  readonly isLacking: boolean;
  /** What its kubernetes plugins ask of the records of Services. */
  readonly services: ServiceSelection;
  /** Whether names of pods are to be verified. */
  readonly usesPods: boolean;
}

export function compileDns(state: ClusterState, options: DnsOptions): CompiledDns {
  const found = findCorefile(state, options);
  if (found.source === undefined) {
    if (!found.keeps) return standard(options, found.warnings);
    return withoutReading(state, options, found.warnings);
  }
  const known = options.dnsMemory?.reading;
  const isSame = known !== undefined && sameItems(known.from, found.from);
  const result = isSame ? known.result : readCorefile(found.source);
  const reading = { from: found.from, result };
  const findings = result.findings.filter(({ kind }) => kind !== "note").map(findingWarning);
  const warnings = [...found.warnings, ...findings];
  if (result.corefile === undefined || result.error !== undefined) {
    const kept = withoutReading(state, options, warnings);
    const refusal = result.error && refusalWarning(result.error, sentence(kept));
    return {
      ...kept,
      warnings: refusal === undefined ? kept.warnings : [refusal, ...kept.warnings],
      memory: { ...kept.memory, reading },
    };
  }
  return served(state, result.corefile, options, { warnings, reading });
}

interface Found {
  readonly source: CorefileSource | undefined;
  readonly from: readonly unknown[];
  /** Whether what was served last stays: the Corefile has not been taken away. */
  readonly keeps: boolean;
  readonly warnings: readonly Warning[];
}

function findCorefile(state: ClusterState, { corefile, environment = new Map() }: DnsOptions): Found {
  const none = { source: undefined, from: [], keeps: false, warnings: [] };
  if (corefile === undefined) return none;
  if (corefile.kind === "files") {
    if (corefile.source !== undefined) {
      return { source: corefile.source, from: [corefile.source], keeps: true, warnings: [] };
    }
    const message = "The Corefile cannot be read. What was served last stays served.";
    const remedy = "Put it there again, and let the agent's user read it.";
    return { ...none, keeps: true, warnings: [warning(corefile.path, "file", message, remedy)] };
  }
  const [key] = corefileConfigMaps(corefile.key);
  const maps = corefileConfigMaps(corefile.key).map((name) => state.ConfigMap.get(name));
  const [configMap] = maps;
  const object = `ConfigMap ${key}`;
  if (configMap === undefined) {
    if (!corefile.isNamed) return none;
    const message = "The ConfigMap does not exist; the resolver answers for the cluster alone.";
    const remedy = "Correct --corefile, or set it to none.";
    return { ...none, warnings: [warning(object, "metadata.name", message, remedy)] };
  }
  if (configMap.data[COREFILE_KEY] === undefined) {
    const message = `The ConfigMap has no key ${COREFILE_KEY}. What was served last stays served.`;
    const remedy = "Write the Corefile under that key, or set --corefile to none.";
    return { ...none, keeps: true, warnings: [warning(object, "data", message, remedy)] };
  }
  return { source: configMapSource(key, state, environment), from: maps, keeps: true, warnings: [] };
}

function warning(object: string, field: string, message: string, remedy: string): Warning {
  return { object, field, reason: "CorefileRefused", message, remedy };
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

const NO_ZONES: ReadonlyMap<string, ZoneRecord> = new Map();

function standard({ dns }: DnsOptions, warnings: readonly Warning[]): CompiledDns {
  return {
    settings: standardDns(dns),
    records: NO_ZONES,
    warnings,
    memory: { reading: undefined, good: undefined, published: undefined, zones: NO_ZONES },
    isLacking: false,
    services: EVERY_SERVICE,
    usesPods: dns.pods === "verified",
  };
}

/** What is served while there is no Corefile that could be: the last good one, else what is published, else the standard. */
function withoutReading(state: ClusterState, options: DnsOptions, warnings: readonly Warning[]): CompiledDns {
  const { dnsMemory, publishedDns } = options;
  if (dnsMemory?.good !== undefined) {
    return served(state, dnsMemory.good, options, { warnings, reading: undefined });
  }
  const published = dnsMemory?.published ?? publishedDns;
  const base = standard(options, warnings);
  if (published === undefined) return { ...base, isLacking: true };
  const servers = published.settings.servers.map((server) => ({
    ...server,
    // What is published under zones of the company is compiled anew.
    plugins: server.plugins.filter(({ plugin }) => plugin !== "published").map(withoutSelection),
  }));
  return {
    ...base,
    settings: { domain: options.dns.domain, servers },
    records: published.records,
    memory: { ...base.memory, published, zones: published.records },
    services: { selectors: [] },
    usesPods: asksForPods(servers),
  };
}

/** Which Services the number stands for is not known any more: none, then. */
function withoutSelection(plugin: DnsPlugin): DnsPlugin {
  if (plugin.plugin !== "kubernetes" || plugin.selection === undefined) return plugin;
  const { selection: _, ...rest } = plugin;
  return { ...rest, namespaces: [] };
}

function sentence({ memory, isLacking }: CompiledDns): string {
  return isLacking || (memory.good === undefined && memory.published === undefined)
    ? "None was served before; the resolver answers for the cluster alone."
    : "The one that was served last stays served.";
}

interface Reading {
  readonly warnings: readonly Warning[];
  readonly reading: DnsMemory["reading"];
}

function served(
  state: ClusterState,
  corefile: Corefile,
  options: DnsOptions,
  { warnings, reading }: Reading,
): CompiledDns {
  const { dnsMemory, publishedDns, dns } = options;
  const selectors: LabelSelector[] = [];
  const servers = corefile.servers.map(({ zones, plugins }): DnsServer => {
    const resolved = plugins.map(({ plugin, labels, namespaceLabels }): DnsPlugin => {
      if (plugin.plugin !== "kubernetes") return plugin;
      const selection = labels && selectors.push(labels) - 1;
      return {
        ...plugin,
        ...(namespaceLabels && { namespaces: selectNamespaces(state, namespaceLabels) }),
        ...(selection !== undefined && { selection }),
      };
    });
    return { zones: [...zones], plugins: resolved };
  });
  const found = corefile.lacking.flatMap((key) => {
    const zone = dnsMemory?.zones.get(key) ?? publishedDns?.records.get(key);
    return zone === undefined ? [] : [[key, zone] as const];
  });
  // The same map for the same Corefile, so that what is made of it can stay.
  const records = found.length === 0 ? corefile.records : new Map([...corefile.records, ...found]);
  return {
    settings: { domain: dns.domain, servers },
    records,
    warnings: [...warnings, ...domainWarnings(corefile, dns.domain)],
    memory: { reading, good: corefile, published: undefined, zones: records },
    isLacking: publishedDns === undefined && corefile.lacking.some((key) => !records.has(key)),
    services: { selectors },
    usesPods: asksForPods(servers),
  };
}

function asksForPods(servers: readonly DnsServer[]): boolean {
  return servers.some(({ plugins }) =>
    plugins.some((plugin) => plugin.plugin === "kubernetes" && plugin.pods === "verified"),
  );
}

/** `--cluster-domain` says what other parts take for the cluster's own. */
function domainWarnings({ servers }: Corefile, domain: string): Warning[] {
  const plugins = servers.flatMap(({ place, plugins }) =>
    plugins.flatMap(({ plugin }) => (plugin.plugin === "kubernetes" ? [{ place, zones: plugin.zones }] : [])),
  );
  const forward = plugins.flatMap(({ zones }) => zones.filter((zone) => !isReverseZone(zone)));
  const [first] = plugins;
  if (first === undefined || forward.includes(domain)) return [];
  return [
    findingWarning({
      kind: "ignored",
      place: first.place,
      message: `The kubernetes plugin answers for ${forward.join(", ")}, and not for ${domain}, which --cluster-domain names.`,
      remedy: `Set --cluster-domain to ${forward[0] ?? domain}, or add ${domain} to the plugin's zones.`,
    }),
  ];
}
