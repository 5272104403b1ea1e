/** Carries out the uploads of a plan: announced in the record first, then made, one at a time. */
import type { Clock } from "../clock.ts";
import { announcement, type CustomPlan, uploadedAs } from "./custom-plan.ts";
import { identityOf, isUploaded, type RecordEntry, type UploadedEntry } from "./custom-record.ts";
import type { RefusalMemory } from "./custom-refusals.ts";
import { CertificateStoreError } from "./error.ts";
import { knownRefusal, type Wanted } from "./wanted.ts";
import { type Refusal, refusalOf } from "./warnings.ts";
import type { CustomCertificate, ZoneApi } from "./zone-api.ts";

export interface UploadContext {
  readonly api: Pick<ZoneApi, "upload" | "replace">;
  readonly clock: Clock;
  readonly refusals: RefusalMemory;
  readonly signal: AbortSignal;
  /** The record, which every step brings up to date. */
  readonly known: { record: readonly RecordEntry[] };
  /** Writes it to KV. */
  readonly save: () => Promise<void>;
}

/**
 * @param refused takes what Cloudflare does not want, with the reason.
 * @throws CertificateStoreError | PublishError for failures that are none of the certificate's; what was announced and
 *   not answered is found again, if it was made.
 */
export async function uploadAll(
  context: UploadContext,
  { uploads, unused }: CustomPlan,
  refused: Map<Wanted, Refusal>,
): Promise<void> {
  const { clock, refusals, known } = context;
  const steps = uploads.filter(({ wanted }) => {
    const refusal = knownRefusal(wanted, clock.now()) ?? refusals.get(wanted);
    if (refusal !== undefined) refused.set(wanted, refusal);
    return refusal === undefined;
  });
  if (steps.length === 0) return;
  known.record = [...known.record, ...steps.map(({ wanted }) => announcement(wanted, clock.now()))];
  await context.save();

  // What a full zone could give up: ours, asked for by nobody, and not about to be replaced anyway.
  const spare = new Set(unused.map(({ entry }) => entry));
  for (const { replaces } of steps) if (replaces !== undefined) spare.delete(replaces);
  const full = new Map<string, Outcome>();
  for (const { wanted, replaces } of steps) {
    const outcome =
      replaces === undefined
        ? (full.get(wanted.zone.id) ?? (await add(context, wanted, spare)))
        : await replace(context, wanted, replaces, spare);
    if (outcome === undefined) continue;
    refused.set(wanted, outcome);
    known.record = known.record.filter((entry) => !isAnnouncementOf(entry, wanted));
    if (outcome.isOfZone) full.set(wanted.zone.id, outcome);
    else refusals.set(wanted, outcome);
  }
}

/** A refusal, and whether it holds for every certificate of the zone. */
interface Outcome extends Refusal {
  readonly isOfZone: boolean;
}

async function replace(
  context: UploadContext,
  wanted: Wanted,
  old: UploadedEntry,
  spare: Set<UploadedEntry>,
): Promise<Outcome | undefined> {
  const outcome = await attempt(context, wanted, old);
  // The old one may be gone, or of a kind that this one cannot take the place of.
  return outcome === undefined ? undefined : add(context, wanted, spare);
}

async function add(
  context: UploadContext,
  wanted: Wanted,
  spare: Set<UploadedEntry>,
): Promise<Outcome | undefined> {
  const outcome = await attempt(context, wanted, undefined);
  if (!outcome?.isOfZone) return outcome;
  const old = [...spare].find(({ zone, keyType }) => zone === wanted.zone.id && keyType === wanted.keyType);
  if (old === undefined) return outcome;
  spare.delete(old);
  return (await attempt(context, wanted, old)) === undefined ? undefined : outcome;
}

/** One request. `undefined` when Cloudflare has taken the certificate, and the record says so. */
async function attempt(
  { api, known, signal }: UploadContext,
  wanted: Wanted,
  old: UploadedEntry | undefined,
): Promise<Outcome | undefined> {
  const { zone, upload } = wanted;
  let taken: CustomCertificate;
  try {
    taken = await (old === undefined
      ? api.upload(zone, upload, signal)
      : api.replace(zone, old.id, upload, signal));
  } catch (error) {
    const isOfZone =
      error instanceof CertificateStoreError && (error.reason === "quota" || error.reason === "plan");
    if (!(error instanceof CertificateStoreError) || (!isOfZone && error.reason !== "rejected")) throw error;
    return { ...refusalOf(error), isOfZone };
  }
  known.record = known.record
    .filter((entry) => old === undefined || entry.zone !== old.zone || entry.id !== old.id)
    .map((entry) => (isAnnouncementOf(entry, wanted) ? uploadedAs(entry, taken) : entry));
  return undefined;
}

function isAnnouncementOf(entry: RecordEntry, { zone, fingerprint }: Wanted): boolean {
  return !isUploaded(entry) && identityOf(entry) === identityOf({ zone: zone.id, fingerprint });
}
