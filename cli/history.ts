import { Command, InvalidArgumentError, Option } from "commander";
import { type EdgeFlags, edgeOptions } from "./edge-flags.ts";
import { UsageError } from "./exit.ts";
import type { KvFlags } from "./kv-flags.ts";
import { options } from "./options.ts";

/** From an edge, or from KV with its token and the keys. */
export interface HistoryFlags extends EdgeFlags, Omit<KvFlags, "apiToken" | "keys"> {
  apiToken?: string;
  keys?: string;
  limit: number;
  /** Whether to tell what changed. */
  changes: boolean;
  from?: number;
  to?: number;
  format: "text" | "json";
}

export function historyCommand(): Command {
  const command = new Command("history")
    .summary("List the generations that the KV store keeps, and what changed in each.")
    .description(
      "List the generations that the KV store keeps, newest first, with what changed in each of them: those that can be rolled back to. Asks an edge (--edge-url), or KV itself (--api-token and --keys). With --from and --to, tell all that differs between two of them.",
    );
  return command
    .addOption(edgeOptions.edgeUrl())
    .addOption(edgeOptions.token())
    .addOption(options.systemHost())
    .addOption(options.kvUrl())
    .addOption(options.apiToken().makeOptionMandatory(false))
    .addOption(options.accountId())
    .addOption(options.namespaceId())
    .addOption(options.headUrl())
    .addOption(options.keys().makeOptionMandatory(false))
    .addOption(options.cluster())
    .addOption(
      new Option("--limit <count>", "list no more than so many")
        .env("LINTEL_LIMIT")
        .argParser(parseLimit)
        .default(20),
    )
    .addOption(new Option("--no-changes", "do not read what changed: two requests a section and generation"))
    .addOption(
      new Option("--from <generation>", "tell what changed since this one").argParser(parseGeneration),
    )
    .addOption(
      new Option(
        "--to <generation>",
        "tell what changed up to this one; the current one unless given",
      ).argParser(parseGeneration),
    )
    .addOption(
      new Option("--format <format>", "how to print them")
        .env("LINTEL_FORMAT")
        .choices(["text", "json"])
        .default("text"),
    )
    .addOption(new Option("--json", "the same as --format json").implies({ format: "json" }))
    .action(async (flags: HistoryFlags) => {
      if (flags.from === undefined && flags.to !== undefined) {
        throw new UsageError("--to goes with --from: give the generation to begin with as well");
      }
      const { runHistory } = await import("./run/history.ts");
      await runHistory(flags);
    });
}

function parseLimit(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a number from 1 to 9999.");
}

function parseGeneration(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a generation, as `lintel history` lists them.");
}
