import { Command, InvalidArgumentError, Option } from "commander";
import { type EdgeFlags, withEdgeOptions } from "./edge-flags.ts";
import { TOP_KINDS, TOP_ORDERS, type TopKind, type TopOrder } from "./top-text.ts";

export interface TopFlags extends EdgeFlags {
  by: TopKind;
  sort: TopOrder;
  interval: number;
  count?: number;
  rows: number;
  json?: boolean;
}

export function topCommand(): Command {
  const command = new Command("top")
    .summary("Show who is asked for most at a running edge, and how that fares.")
    .description(
      "Show who is asked for most at a running edge, and how that fares: live in a terminal (keys: h, s, e for hosts, services, endpoints; r, x, l to sort by requests, errors, latency; q to quit), once and plainly elsewhere. On Cloudflare these are the numbers of the isolate that answers.",
    );
  return withEdgeOptions(command)
    .addOption(new Option("--by <kind>", "what to list").choices(TOP_KINDS).default("hosts"))
    .addOption(new Option("--sort <order>", "what comes first").choices(TOP_ORDERS).default("requests"))
    .addOption(
      new Option("--interval <seconds>", "the time from one look to the next").argParser(positive).default(2),
    )
    .addOption(
      new Option(
        "--count <looks>",
        "end after so many; endless in a terminal and with --json, else 1",
      ).argParser(positive),
    )
    .addOption(
      new Option("--rows <count>", "how many to list where there is no terminal")
        .argParser(positive)
        .default(20),
    )
    .addOption(new Option("--json", "print each look as a line of JSON"))
    .action(async (flags: TopFlags) => {
      const { runTop } = await import("./run/top.ts");
      await runTop(flags);
    });
}

function positive(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number, 1 or more.");
}
