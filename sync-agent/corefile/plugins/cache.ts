import type { PluginConfig } from "../../../contract/index.ts";
import { CorefileError } from "../error.ts";
import { once, type PluginContext, type PluginReader, unknownOption } from "../plugin.ts";
import type { Statement, Word } from "../syntax.ts";
import { integer, oneOf, only, seconds } from "../values.ts";
import { zonesOf } from "../zones.ts";

/** CoreDNS's defaults. */
const SUCCESS = { maxTtl: 3600, minTtl: 5 };
const DENIAL = { maxTtl: 1800, minTtl: 5 };
const STALE = 3600;
const MAX_SERVFAIL = 300;
const MAX_SECONDS = 0x7fffffff;

export const readCache: PluginReader = (statements, context) => {
  const { args, block } = once(statements);
  const [first] = args;
  const isTtl = first !== undefined && /^[+-]?\d+$/.test(first.text);
  const maxTtl = isTtl ? { maxTtl: integer(first, "the TTL", 1, MAX_SECONDS) } : {};
  const config: PluginConfig<"cache"> = {
    plugin: "cache",
    zones: zonesOf(isTtl ? args.slice(1) : args, context.zones),
    success: { ...SUCCESS, ...maxTtl },
    denial: { ...DENIAL, ...maxTtl },
  };
  const disabled = new Map<Kind, readonly string[]>();
  for (const option of block ?? []) {
    switch (option.text) {
      case "success":
        config.success = limits(option, config.success ?? SUCCESS, context);
        break;
      case "denial":
        config.denial = limits(option, config.denial ?? DENIAL, context);
        break;
      case "serve_stale":
        config.serveStale = stale(option, context);
        break;
      case "disable":
        disable(option, disabled);
        break;
      default:
        others(option, context);
    }
  }
  for (const [kind, zones] of disabled) {
    const cached = config[kind];
    if (zones.length === 0) delete config[kind];
    else if (cached !== undefined) config[kind] = { ...cached, except: [...zones] };
  }
  return [{ plugin: config }];
};

type Kind = "success" | "denial";

/** `CAPACITY [TTL] [MINTTL]`. The edge has a budget of its own. */
function limits(
  option: Statement,
  before: { maxTtl: number; minTtl: number },
  context: PluginContext,
): { maxTtl: number; minTtl: number } {
  const [capacity, max, min] = option.args;
  integer(capacity ?? missing(option, "a capacity"), "the capacity", 0, Number.MAX_SAFE_INTEGER);
  context.note(option, `The capacity of \`${option.text}\` does nothing: the edge has its own limits.`);
  return {
    maxTtl: max === undefined ? before.maxTtl : integer(max, "the TTL", 1, MAX_SECONDS),
    minTtl: min === undefined ? before.minTtl : integer(min, "the least TTL", 0, MAX_SECONDS),
  };
}

function stale(option: Statement, context: PluginContext): number {
  const [duration, mode] = option.args;
  if (mode !== undefined) {
    oneOf({ ...mode, text: mode.text.toLowerCase() }, "the mode", ["immediate", "verify"]);
    context.note(mode, "How stale answers are refreshed is the edge's own choice.");
  }
  return duration === undefined ? STALE : seconds(duration, "how long stale answers are served");
}

/** @param disabled by kind the zones that are not cached; none for all of them. What is said last holds, as in CoreDNS. */
function disable(option: Statement, disabled: Map<Kind, readonly string[]>): void {
  const [kind, ...zones] = option.args;
  const word = kind ?? missing(option, "success or denial");
  disabled.set(oneOf(word, "what is not cached", ["success", "denial"]), zonesOf(zones, []));
}

function others(option: Statement, context: PluginContext): void {
  if (option.text === "servfail") {
    const kept = seconds(only(option, option.args, "a duration"), "how long failures are kept");
    if (kept > MAX_SERVFAIL) {
      throw new CorefileError(
        option.place,
        "servfail is longer than 5 minutes",
        "RFC 2308 allows no more; write 5m.",
      );
    }
    context.note(option, "`servfail` does nothing: failures are not cached.");
  } else if (option.text === "prefetch") {
    context.note(option, "`prefetch` does nothing at an edge.");
  } else if (option.text === "keepttl") {
    context.ignored(
      option,
      "`keepttl` is not followed: answers from the cache carry the time that they have left.",
      "Nothing, unless clients need the whole TTL.",
    );
  } else unknownOption(option, "cache", context);
}

function missing({ text, place }: Word, what: string): never {
  throw new CorefileError(place, `${text} says no ${what}`, "Write it behind it.");
}
