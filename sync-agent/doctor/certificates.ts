/** Whether the token may do what the certificate mode needs. */
import { CertificateStoreError } from "../certificates/error.ts";
import type { CertificateMode } from "../certificates/store.ts";
import type { Zone, ZoneApi } from "../certificates/zone-api.ts";
import { fail, failed, type Finding, ok, skip, warn } from "./finding.ts";

const NAME = "certificates";

export interface CertificateCheck {
  readonly mode: CertificateMode;
  readonly api: Pick<ZoneApi, "zones" | "packs" | "customCertificates">;
  readonly signal: AbortSignal;
}

/** Reads only: that certificates can be written shows when the first is uploaded. */
export async function checkCertificates({ mode, api, signal }: CertificateCheck): Promise<Finding[]> {
  if (mode === "sealed") return [skip(NAME, "mode sealed: they travel in the snapshot, and need no zone")];
  try {
    const zones = await api.zones(signal);
    if (zones.length === 0) {
      return [
        fail(
          NAME,
          "the token sees no zone of this account",
          "give the token Zone: Read for the zones of your hosts, and check --account-id",
        ),
      ];
    }
    const findings: Finding[] = [];
    for (const zone of zones) findings.push(await checkZone(mode, api, zone, signal));
    const bad = findings.filter(({ outcome }) => outcome !== "ok");
    const names = zones.map(({ name }) => name);
    return bad.length > 0
      ? bad
      : [ok(NAME, `mode ${mode}: ${names.length} zones (${shortened(names)}) can be read`)];
  } catch (error) {
    if (error instanceof CertificateStoreError) return [failed(NAME, error)];
    throw error;
  }
}

async function checkZone(
  mode: Exclude<CertificateMode, "sealed">,
  api: CertificateCheck["api"],
  zone: Zone,
  signal: AbortSignal,
): Promise<Finding> {
  const name = `${NAME} ${zone.name}`;
  try {
    await (mode === "managed" ? api.packs(zone, signal) : api.customCertificates(zone, signal));
    return ok(name, "can be read");
  } catch (error) {
    if (!(error instanceof CertificateStoreError)) throw error;
    // Of several zones some may be meant for something else.
    if (error.reason !== "plan") return failed(name, error);
    return warn(name, error.problem, error.remedy);
  }
}

function shortened(names: readonly string[]): string {
  return names.length <= 3 ? names.join(", ") : `${names.slice(0, 3).join(", ")} …`;
}
