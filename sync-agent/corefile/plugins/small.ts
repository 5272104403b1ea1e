/** Plugins of few words. */
import type { PluginConfig } from "../../../contract/index.ts";
import { CorefileError } from "../error.ts";
import { type PluginReader, unknownOption } from "../plugin.ts";
import { oneOf } from "../values.ts";
import { zonesOf } from "../zones.ts";

export const readErrors: PluginReader = (statements, context) => {
  for (const option of statements.flatMap(({ block }) => block ?? [])) {
    context.note(option, `\`${option.text}\` does nothing: the edge logs every failure.`);
  }
  return [{ plugin: { plugin: "errors" } }];
};

export const readAny: PluginReader = (_, { zones }) => [{ plugin: { plugin: "any", zones: [...zones] } }];

export const readLoadbalance: PluginReader = (statements, context) => {
  for (const { args, block } of statements) {
    const [policy] = args;
    if (policy !== undefined && oneOf(policy, "the policy", ["round_robin", "weighted"]) === "weighted") {
      context.ignored(
        policy,
        "Weights are not followed: addresses come in a random order.",
        "Give weights to routes, as annotations of Ingresses do, rather than to addresses.",
      );
    }
    for (const option of block ?? []) {
      if (option.text === "reload") context.note(option, "`reload` does nothing without weights.");
      else if (option.text === "prefer") {
        context.ignored(
          option,
          "`prefer` is not followed: no address comes first.",
          "Nothing, unless clients rely on it.",
        );
      } else unknownOption(option, "loadbalance", context);
    }
  }
  return [{ plugin: { plugin: "loadbalance" } }];
};

/** One for each of several: the first whose zones hold a name decides. */
export const readLog: PluginReader = (statements, context) =>
  statements.map(({ args, block }) => {
    // CoreDNS: the last of several arguments is the format where it has a brace.
    const format = args.length > 1 && args.at(-1)?.text.includes("{") ? args.at(-1) : undefined;
    if (format !== undefined) context.note(format, "The format does nothing: the edge logs in its own.");
    const classes = new Set<PluginConfig<"log">["classes"][number]>();
    for (const option of block ?? []) {
      if (option.text !== "class") {
        unknownOption(option, "log", context);
        continue;
      }
      if (option.args.length === 0) {
        throw new CorefileError(
          option.place,
          "class names no class of answers",
          "Write one, as in `class denial`.",
        );
      }
      for (const word of option.args) {
        classes.add(oneOf(word, "the class", ["all", "success", "denial", "error"]));
      }
    }
    const zones = zonesOf(format === undefined ? args : args.slice(0, -1), ["."]);
    return { plugin: { plugin: "log", zones, classes: classes.size === 0 ? ["all"] : [...classes] } };
  });
