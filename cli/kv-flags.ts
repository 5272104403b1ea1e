/** The flags by which a command reaches what an agent publishes. */
import type { Command } from "commander";
import { options } from "./options.ts";

export interface KvFlags {
  kvUrl: string;
  apiToken: string;
  accountId: string;
  namespaceId: string;
  headUrl?: string;
  keys: string;
  cluster: string;
}

export function withKvOptions(command: Command): Command {
  return command
    .addOption(options.kvUrl())
    .addOption(options.apiToken())
    .addOption(options.accountId())
    .addOption(options.namespaceId())
    .addOption(options.headUrl())
    .addOption(options.keys())
    .addOption(options.cluster());
}
