import { Command } from "commander";
import type { PodMode } from "../contract/index.ts";
import type { CertificateMode } from "../sync-agent/certificates/desired.ts";
import type { LoadBalancerAddress } from "../sync-agent/cluster/state.ts";
import type { CorefileFlag } from "./corefile.ts";
import type { LogLevel } from "./log.ts";
import { type Listen, options } from "./options.ts";

export interface AgentFlags {
  manifests?: string;
  kubeconfig?: string;
  namespaces: readonly string[];
  kvUrl: string;
  apiToken: string;
  accountId: string;
  namespaceId: string;
  headUrl?: string;
  publishInterval?: number;
  keys: string;
  cluster: string;
  clusterDomain: string;
  systemHost: string;
  ingressClass: string;
  adoptClass: readonly string[];
  controllerConfig: string;
  dnsAccessSecret: string;
  externalZone: readonly string[];
  statusAddress: readonly LoadBalancerAddress[];
  certificates?: CertificateMode;
  zoneId: readonly string[];
  dnsPods: PodMode;
  corefile?: CorefileFlag;
  corefileEnv: readonly string[];
  listen: Listen;
  heartbeat: number;
  leaseNamespace?: string;
  leaseName?: string;
  identity?: string;
  state: string;
  logLevel: LogLevel;
}

export function agentCommand(): Command {
  return new Command("agent")
    .description("Follow a cluster, or manifest files, and publish to a KV store, for an edge elsewhere.")
    .addOption(options.kubeconfig())
    .addOption(options.manifestsInstead())
    .addOption(options.namespaces())
    .addOption(options.kvUrl())
    .addOption(options.apiToken())
    .addOption(options.accountId())
    .addOption(options.namespaceId())
    .addOption(options.headUrl())
    .addOption(options.publishInterval())
    .addOption(options.keys())
    .addOption(options.cluster())
    .addOption(options.clusterDomain())
    .addOption(options.systemHost())
    .addOption(options.ingressClass())
    .addOption(options.adoptClass([]))
    .addOption(options.controllerConfig())
    .addOption(options.statusAddress())
    .addOption(options.externalZone())
    .addOption(options.certificates())
    .addOption(options.zoneId())
    .addOption(options.dnsPods())
    .addOption(options.dnsAccessSecret())
    .addOption(options.corefile())
    .addOption(options.corefileEnv())
    .addOption(options.listen())
    .addOption(options.heartbeat())
    .addOption(options.leaseNamespace())
    .addOption(options.leaseName())
    .addOption(options.identity())
    .addOption(options.state())
    .addOption(options.logLevel())
    .action(async (flags: AgentFlags) => {
      const { runAgent } = await import("./run/agent.ts");
      await runAgent(flags);
    });
}
