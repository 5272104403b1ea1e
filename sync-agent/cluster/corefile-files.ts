/** A Corefile among files, with those that it names, whose changes are followed. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, posix, resolve } from "node:path";
import { isUtf8 } from "node:buffer";
import { isDeepStrictEqual } from "node:util";
import { readCorefile } from "../corefile/corefile.ts";
import { type CorefileSource, MOUNT, type SourceFile } from "../corefile/source.ts";
import { ManifestSourceError } from "./manifests/error.ts";
import { FolderWatch } from "./manifests/folder-watch.ts";
import { RescanSchedule } from "./manifests/rescan-schedule.ts";
import { isWithin } from "./manifests/walk.ts";

export interface CorefileFilesOptions {
  readonly path: string;
  readonly environment: ReadonlyMap<string, string>;
  /** How long (milliseconds) no change must be heard before the files are read. 20. */
  readonly quietMillis?: number;
  /** How often they are looked at although nothing was heard. 30 s. */
  readonly resyncMillis?: number;
}

export interface CorefileFiles {
  /** @throws ManifestSourceError when the Corefile cannot be read */
  start(onChange: () => void): Promise<void>;
  /** As it is now, the same object until something changes; `undefined` while it cannot be read. */
  source(): CorefileSource | undefined;
  close(): void;
}

const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** Paths of a Corefile are those within CoreDNS's own folder: whatever it names lies beside it, or below. */
export function createCorefileFiles(options: CorefileFilesOptions): CorefileFiles {
  const path = resolve(options.path);
  const folder = dirname(path);
  const quietMillis = options.quietMillis ?? 20;
  const resyncMillis = options.resyncMillis ?? 30_000;
  let present: Snapshot | undefined;
  let onChange: (() => void) | undefined;
  const schedule = new RescanSchedule(
    async () => {
      await refresh();
    },
    { quietMillis, maximumMillis: quietMillis * 25 },
  );
  const watch = new FolderWatch(() => schedule.soon());

  async function refresh(): Promise<void> {
    await watchAround(present);
    const next = readSnapshot(path, folder, options.environment);
    schedule.later(resyncMillis);
    if (isDeepStrictEqual(next?.seen, present?.seen)) return;
    present = next;
    // Folders that it names now are to be heard of as well.
    await watchAround(present);
    onChange?.();
  }

  async function watchAround(snapshot: Snapshot | undefined): Promise<void> {
    for (const each of new Set([folder, ...(snapshot?.folders ?? [])])) await watch.folder(each);
    watch.endRound();
  }

  return {
    async start(listener) {
      await refresh();
      if (present === undefined) {
        watch.close();
        await schedule.close();
        throw new ManifestSourceError(
          path,
          "the Corefile cannot be read.",
          "Name a file that the agent's user may read.",
        );
      }
      onChange = listener;
      schedule.begin();
    },
    source: () => present?.source,
    close() {
      onChange = undefined;
      watch.close();
      void schedule.close();
    },
  };
}

interface Snapshot {
  readonly source: CorefileSource;
  /** Everything that was asked for, and what there was. */
  readonly seen: ReadonlyMap<string, unknown>;
  /** Of the machine. */
  readonly folders: readonly string[];
}

/** What the Corefile names is known once it is read: whatever is asked for meanwhile is what there is. */
function readSnapshot(
  path: string,
  folder: string,
  environment: ReadonlyMap<string, string>,
): Snapshot | undefined {
  const files = new Map<string, SourceFile | undefined>();
  const lists = new Map<string, readonly string[]>();
  const folders = new Set<string>();
  const place = (virtual: string): string | undefined => {
    if (isWithin(virtual, folder)) return virtual;
    const way = posix.relative(MOUNT, virtual);
    return way === ".." || way.startsWith("../") ? undefined : resolve(folder, way);
  };
  const read = (virtual: string): SourceFile | undefined => {
    if (!files.has(virtual)) {
      const real = place(virtual);
      if (real !== undefined) folders.add(dirname(real));
      files.set(virtual, real === undefined ? undefined : readText(real));
    }
    return files.get(virtual);
  };
  const list = (virtual: string): readonly string[] => {
    const known = lists.get(virtual);
    if (known !== undefined) return known;
    const real = place(virtual);
    if (real !== undefined) folders.add(real);
    const names = real === undefined ? [] : readNames(real);
    const paths = names.map((name) => posix.join(virtual, name));
    lists.set(virtual, paths);
    return paths;
  };
  const entry = posix.join(MOUNT, basename(path));
  if (read(entry) === undefined) return undefined;
  readCorefile({ path: entry, files: { read, list }, environment });
  const source = {
    path: entry,
    files: {
      read: (virtual: string) => files.get(virtual),
      list: (virtual: string) => lists.get(virtual) ?? [],
    },
    environment,
  };
  const seen = new Map<string, unknown>([...files, ...lists]);
  return { source, seen, folders: [...folders].filter(isFolder) };
}

function readText(path: string): SourceFile | undefined {
  try {
    const stats = statSync(path);
    if (!stats.isFile() || stats.size > MAX_FILE_BYTES) return undefined;
    const bytes = readFileSync(path);
    return isUtf8(bytes) ? { object: path, field: undefined, text: bytes.toString("utf8") } : undefined;
  } catch {
    return undefined;
  }
}

function readNames(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map(({ name }) => name)
      .toSorted();
  } catch {
    return [];
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** A Corefile read once; `undefined` where it cannot be. */
export function readCorefileAt(
  path: string,
  environment: ReadonlyMap<string, string>,
): CorefileSource | undefined {
  const absolute = resolve(path);
  return readSnapshot(absolute, dirname(absolute), environment)?.source;
}
