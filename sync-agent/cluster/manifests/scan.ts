/** One look at the whole of the manifests: what is served after it, given what was served before. */
import type { Warning } from "../../warning.ts";
import { concurrently } from "./concurrently.ts";
import { type FoundObject, readContent } from "./content.ts";
import type { LastGood } from "./last-good.ts";
import { readManifestFile } from "./read-file.ts";
import { reuseObjects } from "./reuse.ts";
import {
  identityText,
  isPlain,
  type ManifestFile,
  replaced,
  serve,
  type Served,
  type ServedObject,
  type ServeResult,
} from "./served.ts";
import { isWithin, walk, type WalkedFile, type Watch } from "./walk.ts";
import { composeWarnings, type Trouble } from "./warnings.ts";

export interface Scan {
  readonly files: readonly ManifestFile[];
  readonly served: Served;
  readonly warnings: readonly Warning[];
  readonly troubles: readonly Trouble[];
  /** Those that alone are other ones than before, each in the place of one; `undefined` where more is different. */
  readonly objects: readonly FoundObject[] | undefined;
  /** Whether all that the files hold is served, and nothing else. */
  readonly isPlain: boolean;
  /** When to look again at the latest, by the same clock as `now`; `undefined` for no special time. */
  readonly settlesAt: number | undefined;
}

export interface ScanContext {
  /** Absolute. */
  readonly root: string;
  readonly watch: Watch;
  /** Called when everything to be watched has been named. */
  readonly walked: () => readonly Trouble[];
  readonly lastGood: LastGood | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly settleMillis: number;
}

/** @param before `undefined` for the first scan, which turns to the last good copies where a file is bad. */
export async function scan(context: ScanContext, before: Scan | undefined): Promise<Scan> {
  const walked = await walk(context.root, context.watch);
  const watchTroubles = context.walked();
  const known = new Map(before?.files.map((file) => [file.path, file]));
  const changed = new Set<string>();
  const present = await concurrently(walked.files, async (found) => {
    const same = known.get(found.path);
    if (same?.fingerprint !== undefined && same.fingerprint === found.fingerprint) return same;
    changed.add(found.path);
    return readFile(found, before?.served ?? new Map(), context.now);
  });
  const files = present.filter((file) => file !== undefined);
  const hidden = walked.troubles.filter(({ keeps }) => keeps);
  const unreachable = (file: string) => hidden.some(({ path }) => isWithin(file, path));
  const bad = new Set(files.filter(isBad).map(({ path }) => path));
  const copies =
    before === undefined && bad.size + hidden.length > 0
      ? await loadCopies(context.lastGood, (file) => bad.has(file) || unreachable(file))
      : undefined;
  const now = context.now();
  const replacement =
    before?.isPlain && isAlike(before.files, files)
      ? replaced(before.served, before.files, files)
      : undefined;
  const result: ServeResult =
    replacement === undefined
      ? serve({
          previous: before?.served ?? copies?.served ?? new Map(),
          files,
          changed,
          unreachable,
          now,
          // What only a copy still holds went away while no agent ran.
          settleMillis: before === undefined ? 0 : context.settleMillis,
        })
      : { served: replacement.served, duplicates: [], settlesAt: undefined };
  const { served, duplicates, settlesAt } = result;
  const saveTroubles = (await context.lastGood?.save(served)) ?? [];
  const troubles = [...walked.troubles, ...watchTroubles, ...(copies?.troubles ?? []), ...saveTroubles];
  const warnings = composeWarnings(troubles, files, served, duplicates);
  return {
    files,
    served,
    objects: replacement?.objects,
    isPlain: hidden.length === 0 && isPlain(files, result),
    troubles,
    warnings,
    settlesAt,
  };
}

/** Whether they are the same files, of which all can be read as they are now. */
function isAlike(before: readonly ManifestFile[], files: readonly ManifestFile[]): boolean {
  return (
    before.length === files.length &&
    files.every(
      ({ path, content }, index) =>
        path === before[index]?.path && content !== undefined && content.invalid.length === 0,
    )
  );
}

async function readFile(
  { path, real }: WalkedFile,
  served: Served,
  now: () => number,
): Promise<ManifestFile | undefined> {
  const reading = await readManifestFile(real, now);
  if (reading.outcome === "gone") return undefined;
  const { fingerprint } = reading;
  const content = reading.outcome === "read" ? readContent(reading.text) : reading;
  return content.outcome === "parsed"
    ? { path, fingerprint, content: reuseObjects(content.content, served), unreadable: undefined }
    : { path, fingerprint, content: undefined, unreadable: content.problem };
}

function isBad({ content }: ManifestFile): boolean {
  return content === undefined || content.invalid.length > 0;
}

async function loadCopies(
  lastGood: LastGood | undefined,
  wanted: (file: string) => boolean,
): Promise<{ served: Served; troubles: readonly Trouble[] } | undefined> {
  const copies = await lastGood?.load(wanted);
  if (copies === undefined) return undefined;
  const served = new Map<string, ServedObject>();
  for (const [file, copied] of copies.objects) {
    for (const found of copied) {
      served.set(identityText(found.identity), { found, file, missingSince: undefined });
    }
  }
  return { served, troubles: copies.troubles };
}
