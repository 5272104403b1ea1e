/** What to upload, replace and remove, from what is wanted, what is recorded, and what Cloudflare has. Pure. */
import { identityOf, isUploaded, type RecordEntry, type UploadedEntry } from "./custom-record.ts";
import type { Wanted } from "./wanted.ts";
import type { CustomCertificate } from "./zone-api.ts";

/**
 * How long what was just written may be invisible: a record written by another agent (KV is eventually consistent), or
 * an upload in a list. Also how far two clocks may be apart.
 */
export const SETTLING_MS = 5 * 60_000;

/** For how long a certificate that nobody asks for is kept: a Secret that is broken for a moment costs nothing. */
export const UNUSED_MS = 60 * 60_000;

export interface Situation {
  readonly wanted: readonly Wanted[];
  readonly recorded: readonly RecordEntry[];
  /** By zone identifier; zones that could not be listed are missing, and what is recorded for them stays as it is. */
  readonly listed: ReadonlyMap<string, readonly CustomCertificate[]>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface CustomPlan {
  /** The record as it should be now, before anything is uploaded or removed. */
  readonly record: readonly RecordEntry[];
  readonly uploads: readonly { readonly wanted: Wanted; readonly replaces: UploadedEntry | undefined }[];
  /** Ours, and asked for by nobody. Those that have been so for long enough are `due`. */
  readonly unused: readonly { readonly entry: UploadedEntry; readonly due: boolean }[];
  /** When positive, another agent may have uploaded a wanted one whose record is not seen yet: wait so many milliseconds. */
  readonly settlesIn: number;
}

export function planCustom({ wanted, recorded, listed, now }: Situation): CustomPlan {
  const { ours, elsewhere } = ownership(recorded, listed, now);
  const ids = new Set(ours.map(({ zone, id }) => `${zone}/${id}`));
  const wantedKeys = new Set(wanted.map(identityOfWanted));
  const oursByKey = new Map(ours.map((entry) => [identityOf(entry), entry]));

  const kept: RecordEntry[] = [];
  const missing: Wanted[] = [];
  let settlesIn = 0;
  for (const want of wanted) {
    const own = oursByKey.get(identityOfWanted(want));
    const inZone = listed.get(want.zone.id);
    if (own !== undefined) kept.push(inUse(own, want));
    else if (inZone !== undefined) {
      const foreign = inZone.find(
        (found) => !ids.has(`${want.zone.id}/${found.id}`) && isOf(found, want.hosts, want.expires),
      );
      // What somebody else has uploaded serves as well, and is not ours to replace or remove.
      if (foreign === undefined) missing.push(want);
      else settlesIn = Math.max(settlesIn, foreign.changed + SETTLING_MS - now);
    }
  }

  const unused = ours
    .filter((entry) => !wantedKeys.has(identityOf(entry)))
    .map((entry) => ({ entry: unusedAt(entry, now), due: now - (entry.unusedSince ?? now) >= UNUSED_MS }));
  return {
    record: [...elsewhere, ...kept, ...unused.map(({ entry }) => entry)],
    uploads: withReplaced(
      missing,
      unused.map(({ entry }) => entry),
    ),
    unused,
    settlesIn,
  };
}

/** Which entries still stand for a certificate at Cloudflare, and those of zones that are not known about. */
function ownership(
  recorded: readonly RecordEntry[],
  listed: Situation["listed"],
  now: number,
): { ours: UploadedEntry[]; elsewhere: RecordEntry[] } {
  const elsewhere = recorded.filter(({ zone }) => !listed.has(zone));
  const known = recorded.filter(({ zone }) => listed.has(zone));
  const ours = known.filter(isUploaded).filter((entry) => {
    const found = listed.get(entry.zone)?.find(({ id }) => id === entry.id);
    if (found === undefined) return entry.announced > now - SETTLING_MS;
    return found.issuer === entry.issuer && isExactly(found, entry);
  });
  const taken = new Set(ours.map(({ zone, id }) => `${zone}/${id}`));
  for (const entry of known.filter((entry) => !isUploaded(entry))) {
    const found = listed
      .get(entry.zone)
      ?.find(
        (candidate) =>
          !taken.has(`${entry.zone}/${candidate.id}`) &&
          candidate.changed >= entry.announced - SETTLING_MS &&
          isOf(candidate, entry.hosts, entry.expires),
      );
    if (found === undefined) continue;
    taken.add(`${entry.zone}/${found.id}`);
    ours.push(uploadedAs(entry, found));
  }
  return { ours, elsewhere };
}

/**
 * A renewal replaces what it renews: one of ours that nobody asks for, from the same Secret or for the same hosts. Its
 * key has to be of the same type, because Cloudflare may hold one certificate of each side by side.
 */
function withReplaced(missing: readonly Wanted[], unused: readonly UploadedEntry[]): CustomPlan["uploads"] {
  const free = new Set(unused);
  return missing.map((wanted) => {
    const candidates = [...free].filter(
      (entry) => entry.zone === wanted.zone.id && entry.keyType === wanted.keyType,
    );
    const replaces =
      candidates.find((entry) => sameHosts(entry.hosts, wanted.hosts)) ??
      candidates.find((entry) => entry.secret === wanted.secret);
    if (replaces !== undefined) free.delete(replaces);
    return { wanted, replaces };
  });
}

/** An entry for an upload that is about to be made. */
export function announcement(wanted: Wanted, now: number): RecordEntry {
  const { zone, fingerprint, secret, keyType, hosts, expires } = wanted;
  return { fingerprint, zone: zone.id, secret, keyType, hosts: [...hosts], expires, announced: now };
}

/** The entry once Cloudflare has answered. */
export function uploadedAs(
  entry: RecordEntry,
  { id, hosts, expires, issuer }: CustomCertificate,
): UploadedEntry {
  return { ...entry, id, hosts: [...hosts].toSorted(), expires, issuer };
}

function unusedAt(entry: UploadedEntry, now: number): UploadedEntry {
  return { ...entry, unusedSince: entry.unusedSince ?? now };
}

function inUse(entry: UploadedEntry, { secret }: Wanted): UploadedEntry {
  return { ...entry, secret, unusedSince: undefined };
}

function identityOfWanted({ zone, fingerprint }: Wanted): string {
  return identityOf({ zone: zone.id, fingerprint });
}

/** Whether Cloudflare tells of a certificate what it told at the upload. */
function isExactly(found: CustomCertificate, entry: UploadedEntry): boolean {
  return found.expires === entry.expires && sameHosts(found.hosts, entry.hosts);
}

/** Whether it is the certificate of these names and this end. Cloudflare may tell of fewer names: those of the zone. */
function isOf(found: CustomCertificate, hosts: readonly string[], expires: number): boolean {
  return (
    found.expires === expires && found.hosts.length > 0 && found.hosts.every((host) => hosts.includes(host))
  );
}

function sameHosts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((host) => b.includes(host));
}
