/**
 * What the files together serve: which file's object counts where several have it, and what stays served though no
 * file holds it well. Pure: the clock's time comes in.
 */
import type { ObjectIdentity } from "../objects/read-object.ts";
import type { FileContent, FoundObject } from "./content.ts";
import type { Unreadable } from "./parse.ts";

export interface ManifestFile {
  readonly path: string;
  /** Changes with the file; `undefined` for a file that must be read again whatever it looks like. */
  readonly fingerprint: string | undefined;
  /** `undefined` for a file that could not be read or parsed. */
  readonly content: FileContent | undefined;
  readonly unreadable: Unreadable | undefined;
}

export interface ServedObject {
  readonly found: FoundObject;
  /** The file that it came from, or whose invalid object it stands in for. */
  readonly file: string;
  /** Since when (milliseconds) no file holds the object any more. */
  readonly missingSince: number | undefined;
}

/** By identityText. */
export type Served = ReadonlyMap<string, ServedObject>;

export interface Duplicate {
  readonly object: FoundObject;
  readonly file: string;
  readonly winner: ServedObject;
}

export interface ServeInput {
  readonly previous: Served;
  /** In path order. */
  readonly files: readonly ManifestFile[];
  /** Files whose text was read anew since `previous`. */
  readonly changed: ReadonlySet<string>;
  /** Whether a file lies in a folder that cannot be read at present. */
  readonly unreachable: (file: string) => boolean;
  readonly now: number;
  /** How long an object must be missing before it is let go: editors empty, and some remove, a file before they write it. */
  readonly settleMillis: number;
}

export interface ServeResult {
  readonly served: Served;
  readonly duplicates: readonly Duplicate[];
  /** When the first of the missing objects is to be let go. */
  readonly settlesAt: number | undefined;
}

export function identityText({ kind, key }: ObjectIdentity): string {
  return `${kind} ${key}`;
}

export function serve(input: ServeInput): ServeResult {
  const { previous, files, changed, unreachable, now, settleMillis } = input;
  const served = new Map<string, ServedObject>();
  const duplicates: Duplicate[] = [];
  const standIns = new Map<string, string>();
  const holding = new Set<string>();
  for (const { path, content } of files) {
    for (const found of content?.objects ?? []) {
      const id = identityText(found.identity);
      const winner = served.get(id);
      if (winner === undefined) served.set(id, present(previous.get(id), found, path));
      else duplicates.push({ object: found, file: path, winner });
    }
    for (const { identity } of content?.invalid ?? []) {
      if (identity === undefined) holding.add(path);
      else if (!standIns.has(identityText(identity))) standIns.set(identityText(identity), path);
    }
    if (content === undefined) holding.add(path);
  }
  let settlesAt: number | undefined;
  for (const [id, entry] of previous) {
    if (served.has(id)) continue;
    const file = standIns.get(id);
    if (file !== undefined) {
      served.set(id, present(entry, entry.found, file));
    } else if (holding.has(entry.file) || unreachable(entry.file)) {
      served.set(id, present(entry, entry.found, entry.file));
    } else {
      const known = changed.has(entry.file) ? undefined : entry.missingSince;
      const missingSince = known ?? now;
      if (now - missingSince >= settleMillis) continue;
      served.set(id, { ...entry, missingSince });
      settlesAt = Math.min(settlesAt ?? Infinity, missingSince + settleMillis);
    }
  }
  return { served, duplicates, settlesAt };
}

export interface Replacement {
  readonly served: Served;
  /** The objects that stand where others of the same identity stood. */
  readonly objects: readonly FoundObject[];
}

/**
 * What `serve` gives where nothing is different but what objects say: most changes are such, and one file of many. Each
 * object must have been served from its file, and no other.
 *
 * @param before files of which all objects are served, and no others; `files` are the same, in the same order.
 * @returns `undefined` where objects came or went
 */
export function replaced(
  previous: Served,
  before: readonly ManifestFile[],
  files: readonly ManifestFile[],
): Replacement | undefined {
  const changed: { readonly id: string; readonly entry: ServedObject }[] = [];
  for (const [index, { path, content }] of files.entries()) {
    const former = before[index]?.content?.objects ?? [];
    const objects = content?.objects ?? [];
    if (former === objects) continue;
    if (former.length !== objects.length) return undefined;
    for (const [place, found] of objects.entries()) {
      const id = identityText(found.identity);
      const other = former[place];
      if (other === undefined || identityText(other.identity) !== id) return undefined;
      changed.push({ id, entry: present(previous.get(id), found, path) });
    }
  }
  const served = new Map(previous);
  for (const { id, entry } of changed) served.set(id, entry);
  return { served, objects: changed.map(({ entry }) => entry.found) };
}

/** Whether every object of these files is served from its file, and nothing else is. */
export function isPlain(files: readonly ManifestFile[], { duplicates, settlesAt }: ServeResult): boolean {
  return (
    duplicates.length === 0 &&
    settlesAt === undefined &&
    files.every(({ content }) => content !== undefined && content.invalid.length === 0)
  );
}

/** An entry keeps its identity while nothing of it changes. */
function present(entry: ServedObject | undefined, found: FoundObject, file: string): ServedObject {
  const same = entry?.found === found && entry.file === file && entry.missingSince === undefined;
  return same ? entry : { found, file, missingSince: undefined };
}
