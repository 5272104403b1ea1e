/** From a plugin's configuration to the plugin: made once for a snapshot's settings, then asked with every query. */
import type { DnsPlugin } from "../../contract/index.ts";
import { errorText } from "../log.ts";
import type { Platform } from "../platform.ts";
import { cache } from "./cache/cache.ts";
import { file } from "./file/file.ts";
import { forward } from "./forward/forward.ts";
import { hosts } from "./hosts.ts";
import { acl } from "./acl.ts";
import { any } from "./any.ts";
import { errors } from "./errors.ts";
import { external } from "./k8s-external/external.ts";
import { kubernetes } from "./kubernetes/kubernetes.ts";
import { loadbalance } from "./loadbalance.ts";
import { log } from "./log.ts";
import { published } from "./published/published.ts";
import { failure } from "./refuse.ts";
import type { Plugin, PluginStep, Resolver } from "./resolver.ts";
import { rewrite } from "./rewrite/rewrite.ts";
import { template } from "./template/template.ts";

/** What plugins may use that is in no query. There is one for the life of an isolate. */
export interface PluginPlatform extends Pick<
  Platform,
  "now" | "random" | "log" | "fetch" | "delay" | "waitUntil" | "responses"
> {
  /** Asks a question of the resolver's own, such as for an alias, from the server blocks on. */
  readonly resolve: Resolver;
  /** Queries tell which plugins were asked: for people who look, at a price that clients' queries do not pay. */
  readonly traced?: boolean;
}

/**
 * The plugins of a server block, each of which may ask what the others are. One that this edge cannot set up, because
 * the agent is newer, say, fails in place of being left out: it may be there to refuse.
 */
export function provisionPlugins(configs: readonly DnsPlugin[], platform: PluginPlatform): Plugin[] {
  const acls = configs.filter((config) => config.plugin === "acl");
  return configs.flatMap((config) => {
    try {
      // All acl blocks are one plugin, where the first of them stands.
      if (config.plugin === "acl" && config !== acls[0]) return [];
      const plugin = config.plugin === "acl" ? acl(acls) : provisionPlugin(config, configs, platform);
      return [platform.traced === true ? traced(config.plugin, plugin) : plugin];
    } catch (error) {
      const cause = `plugin ${config.plugin} cannot be set up: ${errorText(error)}`;
      platform.log("error", { plugin: config.plugin, cause }, "dns plugin cannot be set up");
      return [() => failure(cause)];
    }
  });
}

function traced(name: string, plugin: Plugin): Plugin {
  return (query, next) => {
    const step: PluginStep = { plugin: name, depth: query.depth, answered: true };
    query.trace?.push(step);
    return plugin(query, (inner) => {
      step.answered = false;
      return next(inner);
    });
  };
}

function provisionPlugin(
  config: Exclude<DnsPlugin, { plugin: "acl" }>,
  siblings: readonly DnsPlugin[],
  platform: PluginPlatform,
): Plugin {
  switch (config.plugin) {
    case "any":
      return any(config);
    case "cache":
      return cache(config, platform);
    case "errors":
      return errors(platform);
    case "file":
      return file(config, platform);
    case "forward":
      return forward(config, platform);
    case "hosts":
      return hosts(config);
    case "k8s_external":
      return external(
        config,
        siblings.find((sibling) => sibling.plugin === "kubernetes"),
        platform,
      );
    case "kubernetes":
      return kubernetes(config, platform);
    case "loadbalance":
      return loadbalance(platform);
    case "log":
      return log(config, platform);
    case "published":
      return published(config, platform);
    case "rewrite":
      return rewrite(config, platform);
    case "template":
      return template(config, platform);
  }
}
