import { Command } from "commander";
import type { DnsAccess, PodMode } from "../contract/index.ts";
import type { CorefileFlag } from "./corefile.ts";
import type { LoadBalancerAddress } from "../sync-agent/cluster/state.ts";
import type { LogLevel } from "./log.ts";
import { type Listen, LOCAL_TARGETS, options } from "./options.ts";

export interface UpFlags {
  manifests: string;
  http: Listen;
  https: Listen;
  systemHost: string;
  cluster: string;
  clusterDomain: string;
  ingressClass: string;
  adoptClass: readonly string[];
  controllerConfig: string;
  dnsAccessSecret: string;
  externalZone: readonly string[];
  statusAddress: readonly LoadBalancerAddress[];
  dnsAccess: DnsAccess;
  dnsToken?: string;
  dnsPods: PodMode;
  corefile?: CorefileFlag;
  corefileEnv: readonly string[];
  targets: readonly string[];
  zone?: string;
  state: string;
  logLevel: LogLevel;
  accessLog: string;
  traceSampling: string;
}

export function upCommand(): Command {
  return new Command("up")
    .description(
      "Serve manifests on this machine: agent and edge in one process, following changes to the files.",
    )
    .addOption(options.manifests())
    .addOption(options.http())
    .addOption(options.https())
    .addOption(options.systemHost())
    .addOption(options.cluster())
    .addOption(options.clusterDomain())
    .addOption(options.ingressClass())
    .addOption(options.adoptClass(["nginx"]))
    .addOption(options.controllerConfig())
    .addOption(options.externalZone())
    .addOption(options.reachedAt())
    .addOption(options.dnsAccess("loopback"))
    .addOption(options.dnsToken())
    .addOption(options.dnsPods())
    .addOption(options.dnsAccessSecret())
    .addOption(options.corefile())
    .addOption(options.corefileEnv())
    .addOption(options.targets(LOCAL_TARGETS))
    .addOption(options.zone())
    .addOption(options.state())
    .addOption(options.logLevel())
    .addOption(options.accessLog())
    .addOption(options.traceSampling())
    .action(async (flags: UpFlags) => {
      const { runUp } = await import("./run/up.ts");
      await runUp(flags);
    });
}
