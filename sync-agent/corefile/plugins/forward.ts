import type { PluginConfig } from "../../../contract/index.ts";
import { CorefileError } from "../error.ts";
import { namedFile, type PluginContext, type PluginReader, unknownOption } from "../plugin.ts";
import type { Statement, Word } from "../syntax.ts";
import { oneOf, only } from "../values.ts";
import { zonesOf } from "../zones.ts";
import { targetOf } from "./forward-target.ts";

/** How CoreDNS speaks to resolvers. The edge asks them over HTTPS. */
const TRANSPORT: ReadonlySet<string> = new Set([
  "force_tcp",
  "prefer_udp",
  "expire",
  "max_age",
  "max_idle_conns",
  "max_fails",
  "max_connect_attempts",
  "health_check",
  "tls_servername",
  "max_concurrent",
  "failfast_all_unhealthy_upstreams",
]);

/** What changes answers, and is not followed. */
const UNSERVED: ReadonlySet<string> = new Set(["next", "failover"]);

const MOST_TARGETS = 15;
const REMEDY =
  "Name a resolver that docs/corefile.md lists; or give Lintel a Corefile of its own (`--corefile`), where `forward . https://…` names one.";

/** What one without a resolver would have asked is not to be asked of those behind it: such names are private. */
export const readForward: PluginReader = (statements, context) => {
  const lost: string[] = [];
  return statements.flatMap((statement) => {
    const { to, ...plugin } = readOne(statement, context);
    if (to.length > 0) return [{ plugin: { ...plugin, except: [...plugin.except, ...lost], to } }];
    if (plugin.from !== ".") lost.push(plugin.from);
    return [];
  });
};

function readOne(statement: Statement, context: PluginContext): PluginConfig<"forward"> {
  const [fromWord, ...to] = statement.args;
  if (fromWord === undefined || to.length === 0) {
    throw new CorefileError(
      statement.place,
      "forward says no zone and resolver",
      "Write them, as in `forward . 1.1.1.1`.",
    );
  }
  const [from = ".", ...others] = zonesOf([fromWord], []);
  if (others.length > 0) {
    // As CoreDNS does.
    context.ignored(
      fromWord,
      `${fromWord.text} is several zones; only ${from} is forwarded.`,
      "Write a forward for each.",
    );
  }
  const except: string[] = [];
  let policy: PluginConfig<"forward">["policy"] = "random";
  let serverName: string | undefined;
  for (const option of statement.block ?? []) {
    if (option.text === "except") except.push(...zonesOf(option.args, []));
    else if (option.text === "policy") {
      policy = oneOf(only(option, option.args, "a policy"), "the policy", [
        "random",
        "round_robin",
        "sequential",
      ]);
    } else if (option.text === "tls_servername") {
      serverName = only(option, option.args, "a name").text;
    } else if (TRANSPORT.has(option.text)) {
      context.note(
        option,
        `\`${option.text}\` says how CoreDNS speaks to resolvers; the edge asks them over HTTPS.`,
      );
    } else if (option.text === "tls") {
      tls(option, context);
    } else if (UNSERVED.has(option.text)) {
      context.ignored(
        option,
        `\`${option.text}\` is not followed: an answer is an answer, whatever its code.`,
        "Name only resolvers that agree.",
      );
    } else unknownOption(option, "forward", context);
  }
  const urls = targetsOf(to, serverName, context);
  if (urls.length > MOST_TARGETS) {
    throw new CorefileError(
      statement.place,
      "forward names too many resolvers",
      `Name at most ${MOST_TARGETS}.`,
    );
  }
  return { plugin: "forward", from, except, to: urls.map((url) => ({ url })), policy };
}

function tls(option: Statement, context: PluginContext): void {
  if (option.args.length <= 1) context.note(option, "`tls` does nothing: the edge asks over HTTPS.");
  else {
    context.ignored(
      option,
      "Client certificates for resolvers (`tls`) are not used.",
      "Name a resolver that asks for none.",
    );
  }
}

/** What leads nowhere is said in one finding, however many words it takes. */
function targetsOf(words: readonly Word[], serverName: string | undefined, context: PluginContext): string[] {
  const urls = new Set<string>();
  const refused: { readonly word: Word; readonly text: string; readonly why: string }[] = [];
  const take = (word: Word, text: string) => {
    const target = targetOf(text, serverName);
    if ("url" in target) urls.add(target.url);
    else refused.push({ word, text, why: target.why });
  };
  for (const word of words) {
    const servers = nameservers(word, context);
    if (servers === undefined) take(word, word.text);
    else for (const server of servers) take(word, server);
  }
  const [first] = refused;
  if (first !== undefined) {
    const list = refused.map(({ text, why }) => `${text} ${why}`).join(", ");
    const rest =
      urls.size === 0
        ? "Nothing is forwarded: other names have no answer."
        : "The other resolvers are asked.";
    context.ignored(first.word, `An edge cannot ask ${list}. ${rest}`, REMEDY);
  }
  return [...urls];
}

/** Those of a file beside the Corefile, in the manner of resolv.conf. */
function nameservers(word: Word, context: PluginContext): string[] | undefined {
  if (/:\/\/|::|^[\d[]/.test(word.text)) return undefined;
  const file = namedFile(word, context);
  return file?.text.split("\n").flatMap((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1] ?? []);
}
