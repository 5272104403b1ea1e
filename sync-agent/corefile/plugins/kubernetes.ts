import { type PluginConfig, podModeSchema } from "../../../contract/index.ts";
import { CorefileError } from "../error.ts";
import { type LabelSelector, readLabelSelector } from "../label-selector.ts";
import { once, type PluginContext, type PluginReader, unknownOption } from "../plugin.ts";
import type { Statement, Word } from "../syntax.ts";
import { integer, oneOf, only } from "../values.ts";
import { fallthroughOf, isReverseZone, zonesOf } from "../zones.ts";

/** CoreDNS's defaults. */
const TTL = 5;
const PODS = "disabled";

/** How CoreDNS reaches the API server: the agent has ways of its own. */
const CONNECTION: ReadonlySet<string> = new Set([
  "endpoint",
  "tls",
  "kubeconfig",
  "startup_timeout",
  "apiserver_qps",
  "apiserver_burst",
  "apiserver_max_inflight",
  "resyncperiod",
]);
/** Of old versions; they did nothing any more before they went. */
const FORMER: ReadonlySet<string> = new Set(["upstream", "transfer"]);

interface Options {
  readonly config: PluginConfig<"kubernetes">;
  readonly namespaceLabels?: LabelSelector;
  readonly labels?: LabelSelector;
}

export const readKubernetes: PluginReader = (statements, context) => {
  const statement = once(statements);
  const zones = zonesOf(statement.args, context.zones);
  if (zones.every(isReverseZone)) {
    throw new CorefileError(
      statement.place,
      "kubernetes has no zone but those of reverse DNS",
      "Name the cluster's domain before them, as in `kubernetes cluster.local in-addr.arpa ip6.arpa`.",
    );
  }
  let options: Options = { config: { plugin: "kubernetes", zones, ttl: TTL, pods: PODS } };
  for (const option of statement.block ?? []) options = withOption(options, option, context);
  const { config, namespaceLabels, labels } = options;
  if (config.namespaces !== undefined && namespaceLabels !== undefined) {
    throw new CorefileError(
      statement.place,
      "kubernetes has both namespaces and namespace_labels",
      "Write one of them.",
    );
  }
  return [{ plugin: config, namespaceLabels, labels }];
};

function withOption(options: Options, option: Statement, context: PluginContext): Options {
  const { config } = options;
  const { args } = option;
  switch (option.text) {
    case "ttl":
      return {
        ...options,
        config: { ...config, ttl: integer(first(option, "seconds"), "the TTL", 0, 3600) },
      };
    case "pods": {
      const pods = oneOf(only(option, args, "a mode"), "the mode of pods", podModeSchema.options);
      return { ...options, config: { ...config, pods } };
    }
    case "namespaces": {
      first(option, "namespaces");
      const namespaces = new Set([...(config.namespaces ?? []), ...args.map(({ text }) => text)]);
      return { ...options, config: { ...config, namespaces: [...namespaces].toSorted() } };
    }
    case "namespace_labels":
      return { ...options, namespaceLabels: selector(option) };
    case "labels":
      return { ...options, labels: selector(option) };
    case "endpoint_pod_names":
      return { ...options, config: { ...config, endpointPodNames: true } };
    case "noendpoints":
      return { ...options, config: { ...config, noEndpoints: true } };
    case "ignore":
      oneOf(first(option, "empty_service"), "what is ignored", ["empty_service"]);
      return { ...options, config: { ...config, ignoreEmpty: true } };
    case "fallthrough":
      return { ...options, config: { ...config, fallthrough: fallthroughOf(args) } };
    case "multicluster":
      context.ignored(
        option,
        "Zones of several clusters (`multicluster`) are not served.",
        "Ask each cluster's own resolver.",
      );
      return options;
    default:
      if (CONNECTION.has(option.text)) {
        context.note(
          option,
          `\`${option.text}\` says how CoreDNS reaches the API server; the agent has its own way.`,
        );
      } else if (FORMER.has(option.text)) {
        context.note(option, `\`${option.text}\` does nothing.`);
      } else unknownOption(option, "kubernetes", context);
      return options;
  }
}

function first(option: Statement, what: string): Word {
  const [word] = option.args;
  if (word !== undefined) return word;
  throw new CorefileError(option.place, `${option.text} says no ${what}`, "Write them behind it.");
}

function selector(option: Statement): LabelSelector {
  first(option, "labels");
  const text = option.args.map((word) => word.text).join(" ");
  const read = readLabelSelector(text);
  if (read !== undefined) return read;
  throw new CorefileError(
    option.place,
    `"${text}" is no label selector`,
    "Write one as kubectl takes it, as in `app=web, tier in (a, b)`.",
  );
}
