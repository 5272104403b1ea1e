import { randomBytes } from "node:crypto";
import { hostnameSchema, loadSealer } from "../../contract/index.ts";
import { compile } from "../../sync-agent/compile/compile.ts";
import { PUBLISHED_TTL } from "../../sync-agent/compile/published/servers.ts";
import { zoneText } from "../../sync-agent/zone-export/zone-text.ts";
import { UsageError } from "../exit.ts";
import { manifestsAt } from "../manifests-at.ts";
import type { ZoneExportFlags } from "../zone.ts";

/** Warnings of what is not published go to standard error. @throws UsageError */
export async function runZoneExport(text: string, flags: ZoneExportFlags): Promise<void> {
  const read = hostnameSchema.safeParse(text.toLowerCase().replace(/\.$/, ""));
  if (!read.success) throw new UsageError(`"${text}" is not the name of a zone`);
  const zone = read.data;
  const { state, warnings } = await manifestsAt([flags.manifests]);
  const now = Date.now();
  const compiled = await compile(state, {
    ingressClass: flags.ingressClass,
    adoptedClasses: flags.adoptClass,
    externalZones: [zone],
    statusAddresses: flags.statusAddress,
    systemHost: undefined,
    dns: { domain: flags.clusterDomain, ttl: PUBLISHED_TTL, pods: "disabled" },
    now,
    // What it seals is thrown away.
    sealer: await loadSealer(randomBytes(32).toString("base64")),
  });
  const ofNames = compiled.warnings.filter(({ reason }) => reason.startsWith("Name"));
  for (const { object, field, message, remedy } of [...warnings, ...ofNames]) {
    process.stderr.write(`${object} ${field}: ${message} ${remedy}\n`);
  }
  const nameServers = flags.nameServer.length > 0 ? flags.nameServer : [`ns.dns.${zone}`];
  const serial = Math.floor(now / 1000);
  process.stdout.write(zoneText(compiled.records.zones, { zone, nameServers, ttl: PUBLISHED_TTL, serial }));
}
