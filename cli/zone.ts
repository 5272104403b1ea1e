import { Command } from "commander";
import type { LoadBalancerAddress } from "../sync-agent/cluster/state.ts";
import { options } from "./options.ts";

export interface ZoneExportFlags {
  manifests: string;
  statusAddress: readonly LoadBalancerAddress[];
  nameServer: readonly string[];
  ingressClass: string;
  adoptClass: readonly string[];
  clusterDomain: string;
}

export function zoneCommand(): Command {
  const command = new Command("zone").description("Zones of the company (`--external-zone`).");
  command
    .command("export")
    .summary("Print a zone as a file.")
    .description(
      "Print the names that Ingresses and Services publish under a zone as a file (RFC 1035), in the order of a transfer: the SOA record first and last.",
    )
    .argument("<zone>", "the zone, as in corp.example.com")
    .addOption(options.manifests())
    .addOption(options.reachedAt())
    .addOption(options.nameServer())
    .addOption(options.ingressClass())
    .addOption(options.adoptClass(["nginx"]))
    .addOption(options.clusterDomain())
    .action(async (zone: string, flags: ZoneExportFlags) => {
      const { runZoneExport } = await import("./run/zone-export.ts");
      await runZoneExport(zone, flags);
    });
  return command;
}
