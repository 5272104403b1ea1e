import { Command } from "commander";
import type { DnsAccess } from "../contract/index.ts";
import type { LogLevel } from "./log.ts";
import { type Listen, PRIVATE_TARGETS, options } from "./options.ts";

export interface EdgeFlags {
  http: Listen;
  https: Listen;
  api: Listen;
  apiToken: string;
  accountId: string;
  namespaceId: string;
  keys: string;
  cluster: string;
  systemHost: string;
  dnsAccess: DnsAccess;
  dnsToken?: string;
  targets: readonly string[];
  zone?: string;
  state: string;
  logLevel: LogLevel;
  accessLog: string;
  traceSampling: string;
}

export function edgeCommand(): Command {
  return new Command("edge")
    .description("Serve what an agent publishes: the edge Worker on this machine, with its KV API.")
    .addOption(options.http())
    .addOption(options.https())
    .addOption(options.api())
    .addOption(options.apiToken())
    .addOption(options.accountId())
    .addOption(options.namespaceId())
    .addOption(options.keys())
    .addOption(options.cluster())
    .addOption(options.systemHost())
    .addOption(options.dnsAccess("token"))
    .addOption(options.dnsToken())
    .addOption(options.targets(PRIVATE_TARGETS))
    .addOption(options.zone())
    .addOption(options.state())
    .addOption(options.logLevel())
    .addOption(options.accessLog())
    .addOption(options.traceSampling())
    .action(async (flags: EdgeFlags) => {
      const { runEdge } = await import("./run/edge.ts");
      await runEdge(flags);
    });
}
