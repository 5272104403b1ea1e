import { Command, Option } from "commander";
import { options } from "./options.ts";

export interface PurgeFlags {
  host?: string;
  path?: string;
  all?: true;
  edgeUrl: string;
  systemHost?: string;
  keys: string;
  cluster: string;
}

export function purgeCommand(): Command {
  return new Command("purge")
    .description("Empty the edge's response cache: of a host, of a path of it, or of all.")
    .addOption(new Option("--host <name>", "the host whose responses to forget").env("LINTEL_HOST"))
    .addOption(
      new Option(
        "--path <path>",
        "a path of it, whatever the query; with * at its end, all that begin with it",
      ).env("LINTEL_PATH"),
    )
    .addOption(new Option("--all", "the responses of every host").env("LINTEL_ALL"))
    .addOption(
      new Option("--edge-url <url>", "where the edge is reached")
        .env("LINTEL_EDGE_URL")
        .default("http://127.0.0.1:8080"),
    )
    .addOption(
      new Option(
        "--system-host <name>",
        "the hostname of the edge's own endpoints, if --edge-url does not name it",
      ).env("LINTEL_SYSTEM_HOST"),
    )
    .addOption(options.keys())
    .addOption(options.cluster())
    .action(async (flags: PurgeFlags) => {
      const { runPurge } = await import("./run/purge.ts");
      process.stdout.write(`${await runPurge(flags)}\n`);
    });
}
