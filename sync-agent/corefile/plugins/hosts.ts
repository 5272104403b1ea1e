import type { PluginConfig } from "../../../contract/index.ts";
import { type HostsEntry, hostsTable, readHostsLines, readHostsWords } from "../hosts-file.ts";
import { namedFile, once, type PluginContext, type PluginReader } from "../plugin.ts";
import type { Statement } from "../syntax.ts";
import { integer, only, seconds } from "../values.ts";
import { fallthroughOf, zonesOf } from "../zones.ts";

/** CoreDNS's default. */
const TTL = 3600;
const MAX_TTL = 65_535;

/** Entries of the file come before those in the Corefile. */
export const readHosts: PluginReader = (statements, context) => {
  const statement = once(statements);
  const [, ...named] = statement.args;
  const zones = zonesOf(named, context.zones);
  const options: Pick<PluginConfig<"hosts">, "ttl" | "reverse" | "fallthrough"> = { ttl: TTL, reverse: true };
  const entries = entriesOfFile(statement, context);
  for (const option of statement.block ?? []) {
    switch (option.text) {
      case "ttl":
        options.ttl = integer(only(option, option.args, "seconds"), "the TTL", 1, MAX_TTL);
        break;
      case "no_reverse":
        options.reverse = false;
        break;
      case "reload":
        seconds(only(option, option.args, "a duration"), "the time between reloads");
        context.note(option, "`reload` does nothing: the file is read anew whenever it changes.");
        break;
      case "fallthrough":
        options.fallthrough = fallthroughOf(option.args);
        break;
      default: {
        const { entry, problem } = readHostsWords([option.text, ...option.args.map(({ text }) => text)]);
        if (entry !== undefined) entries.push(entry);
        if (problem !== undefined) {
          context.ignored(option, problem, "Write an address and its names, or an option of hosts.");
        }
      }
    }
  }
  const table = context.store.hosts(hostsTable(entries, zones));
  return [{ plugin: { plugin: "hosts", zones, table, ...options } }];
};

function entriesOfFile({ args }: Statement, context: PluginContext): HostsEntry[] {
  const [name] = args;
  if (name === undefined) return [];
  const file = namedFile(name, context);
  if (file === undefined) {
    context.ignored(
      name,
      `There is no file ${name.text} beside the Corefile; it counts as empty.`,
      "Write its text under a key of that name in the ConfigMap, or into that file.",
    );
    return [];
  }
  const { entries, problems } = readHostsLines(file.text);
  for (const { line, problem } of problems) {
    context.ignored({ text: "", place: { file, line } }, problem, "Correct it.");
  }
  return entries;
}
