/** Mode `managed`: Cloudflare issues; the agent looks whether what it has covers what the Ingresses ask for. */
import type { Warning } from "../warning.ts";
import { coverageOf } from "./coverage.ts";
import type { DesiredCertificate } from "./desired.ts";
import type { CertificateStore } from "./store.ts";
import { notCovered, notInAnyZone } from "./warnings.ts";
import type { CertificatePack, Zone, ZoneApi } from "./zone-api.ts";
import { zoneOf } from "./zones.ts";

/** Reads only. Worker custom domains have packs of their own in their zone, so packs are all there is to look at. */
export function createManagedStore(api: Pick<ZoneApi, "zones" | "packs">): CertificateStore {
  return {
    mode: "managed",
    async reconcile(desired, signal) {
      if (desired.length === 0) return [];
      const zones = await api.zones(signal);
      const packs = new Map<Zone, CertificatePack[]>();
      const warnings: Warning[] = [];
      for (const wanted of desired) {
        const zone = zoneOf(wanted.serverName, zones);
        if (zone === undefined) {
          warnings.push(notInAnyZone(wanted));
          continue;
        }
        const ofZone = packs.get(zone) ?? (await api.packs(zone, signal));
        packs.set(zone, ofZone);
        warnings.push(...warningsOf(wanted, zone, ofZone));
      }
      return warnings;
    },
  };
}

function warningsOf(wanted: DesiredCertificate, zone: Zone, packs: readonly CertificatePack[]): Warning[] {
  const warning = notCovered(wanted, zone, coverageOf(wanted.serverName, packs));
  return warning === undefined ? [] : [warning];
}
