import { Command, InvalidArgumentError, Option } from "commander";
import { type KvFlags, withKvOptions } from "./kv-flags.ts";

export interface HistoryFlags extends KvFlags {
  limit: number;
  format: "text" | "json";
}

export function historyCommand(): Command {
  const command = new Command("history").description(
    "List the generations that the KV store keeps, newest first: those that can be rolled back to.",
  );
  return withKvOptions(command)
    .addOption(
      new Option("--limit <count>", "list no more than so many")
        .env("LINTEL_LIMIT")
        .argParser(parseLimit)
        .default(20),
    )
    .addOption(
      new Option("--format <format>", "how to print them")
        .env("LINTEL_FORMAT")
        .choices(["text", "json"])
        .default("text"),
    )
    .action(async (flags: HistoryFlags) => {
      const { runHistory } = await import("./run/history.ts");
      await runHistory(flags);
    });
}

function parseLimit(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a number from 1 to 9999.");
}
