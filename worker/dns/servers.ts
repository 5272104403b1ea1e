/** The resolver as a snapshot's settings configure it: of several server blocks, the one with the longest zone answers. */
import { canonicalJson, type DnsServer, type DnsSettings } from "../../contract/index.ts";
import type { MaybePromise } from "../snapshot/view.ts";
import { HiddenNames } from "./hidden-names.ts";
import { andThen } from "./maybe-promise.ts";
import { type PluginPlatform, provisionPlugins } from "./plugins.ts";
import { fail, refuse } from "./refuse.ts";
import { chain, isInZones, type Query, type Resolution, type Resolver } from "./resolver.ts";
import { Zones } from "./zones.ts";

/** An alias that leads to an alias, and so on: as many as CoreDNS follows. */
const MAX_DEPTH = 8;

/** @param platform what plugins may use that is in no query */
export function createResolver(platform: Omit<PluginPlatform, "resolve">): Resolver {
  // Made for the settings that were asked with last: others come rarely, the ones before hardly ever again.
  let known:
    { readonly settings: DnsSettings; readonly text: string; readonly resolver: Resolver } | undefined;

  /** Each snapshot has its own settings, and most of them say the same: what plugins have learnt stays. */
  function resolverFor(settings: DnsSettings): Resolver {
    if (known?.settings === settings) return known.resolver;
    const text = canonicalJson(settings.servers);
    const resolver =
      known?.text === text
        ? known.resolver
        : serversResolver(settings.servers, { ...platform, resolve: inner });
    known = { settings, text, resolver };
    return resolver;
  }

  const resolve: Resolver = (query) => resolverFor(query.view.root.settings.dns)(query);
  const inner = (query: Query): MaybePromise<Resolution> =>
    query.depth > MAX_DEPTH ? refuse(query) : resolve(query);
  return resolve;
}

function serversResolver(servers: readonly DnsServer[], platform: PluginPlatform): Resolver {
  const provisioned = servers.flatMap(({ zones, plugins, refusesOthers }) => {
    const resolver = chain(provisionPlugins(plugins, platform), refusesOthers ? refuse : fail);
    return zones.map((text) => ({ text, zone: new Zones([text]), resolver }));
  });
  const hidden = new HiddenNames(servers);
  return (query) => {
    const { name } = query.question;
    if (!isInZones(query.visible, name)) return refuse(query);
    let best: { readonly labels: number; readonly text: string; readonly resolver: Resolver } | undefined;
    for (const { text, zone, resolver } of provisioned) {
      const labels = zone.match(name)?.labels;
      if (labels !== undefined && (best === undefined || labels < best.labels)) {
        best = { labels, text, resolver };
      }
    }
    if (best === undefined) return refuse(query);
    const { resolver, text } = best;
    return andThen(resolver(query), (resolution) => ({ ...hidden.leftOut(resolution, query), zone: text }));
  };
}
