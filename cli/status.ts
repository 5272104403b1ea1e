import { Command, Option } from "commander";
import { type EdgeFlags, withEdgeOptions } from "./edge-flags.ts";

export interface StatusFlags extends EdgeFlags {
  json?: boolean;
}

export function statusCommand(): Command {
  const command = new Command("status").description(
    "Show what a running edge serves and how it fares: generation, agent, hosts, endpoints, warnings, certificates.",
  );
  return withEdgeOptions(command)
    .addOption(new Option("--json", "print all of it as one JSON object"))
    .action(async (flags: StatusFlags) => {
      const { runStatus } = await import("./run/status.ts");
      await runStatus(flags);
    });
}
