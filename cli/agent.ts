import { Command } from "commander";
import type { PodMode } from "../contract/index.ts";
import type { LogLevel } from "./log.ts";
import { options } from "./options.ts";

export interface AgentFlags {
  manifests: string;
  kvUrl: string;
  apiToken: string;
  accountId: string;
  namespaceId: string;
  headUrl?: string;
  keys: string;
  cluster: string;
  clusterDomain: string;
  systemHost: string;
  adoptClass: readonly string[];
  dnsPods: PodMode;
  state: string;
  logLevel: LogLevel;
}

export function agentCommand(): Command {
  return new Command("agent")
    .description("Compile manifests and publish them to a KV store, for an edge elsewhere.")
    .addOption(options.manifests())
    .addOption(options.kvUrl())
    .addOption(options.apiToken())
    .addOption(options.accountId())
    .addOption(options.namespaceId())
    .addOption(options.headUrl())
    .addOption(options.keys())
    .addOption(options.cluster())
    .addOption(options.clusterDomain())
    .addOption(options.systemHost())
    .addOption(options.adoptClass([]))
    .addOption(options.dnsPods())
    .addOption(options.state())
    .addOption(options.logLevel())
    .action(async (flags: AgentFlags) => {
      const { runAgent } = await import("./run/agent.ts");
      await runAgent(flags);
    });
}
