/** Corefiles among what a command line names: files that are called so, in folders as well. */
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { readCorefileAt } from "../sync-agent/cluster/corefile-files.ts";
import { COREFILE_KEY } from "../sync-agent/compile/corefile-source.ts";
import type { CorefileSource } from "../sync-agent/corefile/source.ts";
import { UsageError } from "./exit.ts";

export function isCorefile(path: string): boolean {
  return basename(path) === COREFILE_KEY;
}

/** @throws UsageError for one that cannot be read */
export async function corefilesAt(paths: readonly string[]): Promise<CorefileSource[]> {
  const found = await Promise.all(paths.map(find));
  return found.flat().map((path) => {
    const source = readCorefileAt(path, new Map());
    if (source === undefined) throw new UsageError(`${path} cannot be read`);
    return source;
  });
}

async function find(path: string): Promise<string[]> {
  if (isCorefile(path)) return [path];
  const isFolder = await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isFolder) return [];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.name === COREFILE_KEY && !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name))
    .toSorted();
}
