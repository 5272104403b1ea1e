/**
 * Which bundle of the command there is (scripts/bundle-command.ts). This is read at each start, so it uses modules of
 * Node alone.
 */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { main } from "./main.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

export const COMMAND_FOLDER = join(ROOT, "dist", "command");
export const RECORD = join(COMMAND_FOLDER, "made.json");

export interface Made {
  /** Where it is. */
  readonly folder: string;
  /** Its sources, and when each of them was changed last, in milliseconds since 1970. */
  readonly sources: Record<string, number>;
}

/** The URL of its entry; `undefined` unless it was made from the sources as they are. */
export function bundledCommand(record = RECORD, root = ROOT): string | undefined {
  try {
    const { folder, sources } = JSON.parse(readFileSync(record, "utf8")) as Made;
    for (const [path, changed] of Object.entries(sources)) {
      if (statSync(join(root, path)).mtimeMs !== changed) return undefined;
    }
    const entry = join(folder, "main.mjs");
    statSync(entry);
    return pathToFileURL(entry).href;
  } catch {
    // There is none, or a source is gone. The sources themselves can be run.
    return undefined;
  }
}

/** `lintel`: from its bundle where there is one, from its sources otherwise. */
export async function loadCommand(): Promise<typeof main> {
  const loaded = (await import(bundledCommand() ?? "./main.ts")) as { main: typeof main };
  return loaded.main;
}
