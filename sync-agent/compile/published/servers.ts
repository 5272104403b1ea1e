/** Server blocks that answer for published names besides. */
import type { DnsPlugin, DnsServer, DnsSettings } from "../../../contract/index.ts";

/** Of names whose object says none, in seconds. */
export const PUBLISHED_TTL = 60;

/** What stands before these answers first. */
const LATER: ReadonlySet<DnsPlugin["plugin"]> = new Set(["file", "forward"]);

/** Every block gets the plugin, also for reverse DNS; a zone that no block answers for gets a block of its own. */
export function withPublished(settings: DnsSettings, externalZones: readonly string[]): DnsSettings {
  if (externalZones.length === 0) return settings;
  const zones = [...externalZones];
  const servers = settings.servers.map((server) => ({ ...server, plugins: inserted(server, zones) }));
  const isServed = (zone: string) =>
    settings.servers.some((server) => server.zones.some((block) => isWithin(zone, block)));
  const unserved = zones.filter((zone) => !isServed(zone));
  const plugin: DnsPlugin = { plugin: "published", zones, ttl: PUBLISHED_TTL };
  const own: DnsServer[] =
    unserved.length === 0 ? [] : [{ zones: unserved, plugins: [plugin], refusesOthers: true }];
  return { ...settings, servers: [...servers, ...own] };
}

function inserted({ plugins }: DnsServer, zones: string[]): DnsPlugin[] {
  // A zone that is a file as well has the rest of its names there.
  const files = plugins.flatMap((plugin) =>
    plugin.plugin === "file" ? plugin.files.map(({ zone }) => zone) : [],
  );
  const shared = zones.filter((zone) => files.some((file) => isWithin(zone, file)));
  const fallthrough = shared.length === 0 ? {} : { fallthrough: shared };
  const at = plugins.findIndex(({ plugin }) => LATER.has(plugin));
  const plugin: DnsPlugin = { plugin: "published", zones, ttl: PUBLISHED_TTL, ...fallthrough };
  return plugins.toSpliced(at < 0 ? plugins.length : at, 0, plugin);
}

function isWithin(name: string, zone: string): boolean {
  return zone === "." || name === zone || name.endsWith(`.${zone}`);
}
