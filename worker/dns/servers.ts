/** The resolver as a snapshot's settings configure it: of several server blocks, the one with the longest zone answers. */
import { canonicalJson, type DnsServer, type DnsSettings } from "../../contract/index.ts";
import type { MaybePromise } from "../snapshot/view.ts";
import { HiddenNames } from "./hidden-names.ts";
import { type PluginPlatform, provisionPlugins } from "./plugins.ts";
import { fail, refuse } from "./refuse.ts";
import { chain, isInZones, type Query, type Resolution, type Resolver } from "./resolver.ts";
import type { Name } from "./wire/name.ts";
import { nameFromText } from "./wire/name-text.ts";

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

interface ServedZone {
  readonly zone: Name;
  /** As it is configured. */
  readonly text: string;
  readonly resolver: Resolver;
}

function serversResolver(servers: readonly DnsServer[], platform: PluginPlatform): Resolver {
  const provisioned = servers.flatMap(({ zones, plugins, refusesOthers }) => {
    const resolver = chain(provisionPlugins(plugins, platform), refusesOthers ? refuse : fail);
    return zones.map((text) => ({ text, zone: nameFromText(text), resolver }));
  });
  const hidden = new HiddenNames(servers);

  const ofZone = ({ text }: ServedZone, query: Query, found: Resolution): Resolution =>
    withZone(hidden.leftOut(found, query), text);

  const ofZoneLater = async (served: ServedZone, query: Query, found: Promise<Resolution>) =>
    ofZone(served, query, await found);

  return (query) => {
    const { name } = query.question;
    if (!isInZones(query.visible, name)) return refuse(query);
    let best: ServedZone | undefined;
    let least = Infinity;
    for (const served of provisioned) {
      const labels = name.labelsAbove(served.zone);
      if (labels !== undefined && labels < least) {
        best = served;
        least = labels;
      }
    }
    if (best === undefined) return refuse(query);
    const found = best.resolver(query);
    return found instanceof Promise ? ofZoneLater(best, query, found) : ofZone(best, query, found);
  };
}

/** Each field by its name: objects of one shape, whichever plugin made the resolution. */
function withZone(resolution: Resolution, zone: string): Resolution {
  const { rcode, authoritative, answers, authorities, additionals, extendedError, cause, recursive } =
    resolution;
  return {
    rcode,
    authoritative,
    answers,
    authorities,
    additionals,
    extendedError,
    cause,
    zone,
    recursive,
  };
}
