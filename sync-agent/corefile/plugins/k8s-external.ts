import type { PluginConfig } from "../../../contract/index.ts";
import { type PluginContext, type PluginReader, unknownOption } from "../plugin.ts";
import type { Statement } from "../syntax.ts";
import { integer, only } from "../values.ts";
import { fallthroughOf, zonesOf } from "../zones.ts";

export const readK8sExternal: PluginReader = (statements, context) =>
  statements.map((statement) => ({ plugin: readOne(statement, context) }));

/** CoreDNS's defaults: TTL 5, apex `dns`. */
function readOne({ args, block }: Statement, context: PluginContext): PluginConfig<"k8s_external"> {
  const config: PluginConfig<"k8s_external"> = {
    plugin: "k8s_external",
    zones: zonesOf(args, context.zones),
    apex: "dns",
    ttl: 5,
    headless: false,
  };
  for (const option of block ?? []) {
    switch (option.text) {
      case "ttl":
        config.ttl = integer(only(option, option.args, "seconds"), "the TTL", 0, 3600);
        break;
      case "apex":
        config.apex = only(option, option.args, "a label").text.toLowerCase();
        break;
      case "headless":
        config.headless = true;
        break;
      case "fallthrough":
        config.fallthrough = fallthroughOf(option.args);
        break;
      default:
        unknownOption(option, "k8s_external", context);
    }
  }
  return config;
}
