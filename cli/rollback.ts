import { Command, InvalidArgumentError, Option } from "commander";
import { MAX_REASON } from "../contract/index.ts";
import { UsageError } from "./exit.ts";
import { type KvFlags, withKvOptions } from "./kv-flags.ts";
import type { LogLevel } from "./log.ts";
import { options } from "./options.ts";

export interface RollbackFlags extends KvFlags {
  to?: number;
  reason?: string;
  release?: true;
  logLevel: LogLevel;
}

export function rollbackCommand(): Command {
  const command = new Command("rollback").description(
    "Put an older generation back, settings included, and hold agents off until it is released.",
  );
  return withKvOptions(command)
    .addOption(
      new Option("--to <generation>", "the generation to put back; `lintel history` lists them")
        .env("LINTEL_TO")
        .argParser(parseGeneration),
    )
    .addOption(
      new Option("--reason <text>", "why, for whoever meets the hold")
        .env("LINTEL_REASON")
        .argParser(parseReason),
    )
    .addOption(
      new Option("--release", "end the hold: agents publish their newest state").env("LINTEL_RELEASE"),
    )
    .addOption(options.logLevel())
    .action(async (flags: RollbackFlags) => {
      checkRollback(flags);
      const { runRollback } = await import("./run/rollback.ts");
      await runRollback(flags);
    });
}

/** @throws UsageError for what cannot be meant together. */
function checkRollback({ to, reason, release }: RollbackFlags): void {
  if (release === true && to !== undefined) {
    throw new UsageError("--to and --release exclude each other: put a generation back, or release it");
  }
  if (release === true && reason !== undefined) {
    throw new UsageError("--reason goes with --to; a release keeps none");
  }
  if (release === undefined && to === undefined) {
    throw new UsageError("--to GENERATION is missing, or --release; `lintel history` lists the generations");
  }
}

function parseGeneration(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a generation, as `lintel history` lists them.");
}

function parseReason(text: string): string {
  const reason = text.trim();
  if (reason !== "" && reason.length <= MAX_REASON) return reason;
  throw new InvalidArgumentError(`It must have 1 to ${MAX_REASON} characters.`);
}
