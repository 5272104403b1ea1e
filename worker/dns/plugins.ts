/** From a plugin's configuration to the plugin: made once for a snapshot's settings, then asked with every query. */
import type { DnsPlugin } from "../../contract/index.ts";
import type { Platform } from "../platform.ts";
import { cache } from "./cache/cache.ts";
import { file } from "./file/file.ts";
import { forward } from "./forward/forward.ts";
import { hosts } from "./hosts.ts";
import { kubernetes } from "./kubernetes/kubernetes.ts";
import type { Plugin, Resolver } from "./resolver.ts";

/** What plugins may use that is in no query. There is one for the life of an isolate. */
export interface PluginPlatform extends Pick<
  Platform,
  "now" | "random" | "log" | "fetch" | "delay" | "waitUntil" | "responses"
> {
  /** Asks a question of the resolver's own, such as for an alias, from the server blocks on. */
  readonly resolve: Resolver;
}

/** Plugins that change no answer at the edge are none here. */
export function provisionPlugin(config: DnsPlugin, platform: PluginPlatform): Plugin {
  switch (config.plugin) {
    case "cache":
      return cache(config, platform);
    case "file":
      return file(config, platform);
    case "forward":
      return forward(config, platform);
    case "hosts":
      return hosts(config);
    case "kubernetes":
      return kubernetes(config);
    case "acl":
    case "any":
    case "errors":
    case "k8s_external":
    case "loadbalance":
    case "log":
    case "published":
    case "rewrite":
    case "template":
      return (query, next) => next(query);
  }
}
