/** Manifests read once, for commands that look at them and end. */
import { resolve } from "node:path";
import { EMPTY_STATE, stateOf } from "./state-maps.ts";
import type { Observation } from "../state.ts";
import { readContent } from "./content.ts";
import { ManifestSourceError } from "./error.ts";
import { readManifestFile } from "./read-file.ts";
import { type ManifestFile, serve } from "./served.ts";
import { walk } from "./walk.ts";
import { composeWarnings, type Trouble } from "./warnings.ts";

/** Stands for the text that a program is given on its standard input. */
export const STANDARD_INPUT = "-";

const NO_WATCH = { folder: async () => undefined, name: async () => undefined };

/**
 * The state that files and folders describe together, and what of them cannot be read.
 *
 * @param paths files, folders, or STANDARD_INPUT
 * @param readInput the text of the standard input
 * @throws ManifestSourceError for a path that does not exist
 */
export async function readManifests(
  paths: readonly string[],
  readInput: () => Promise<string>,
): Promise<Observation> {
  const files: ManifestFile[] = [];
  const troubles: Trouble[] = [];
  for (const path of paths) {
    if (path === STANDARD_INPUT) {
      files.push(fileOf("standard input", await readInput()));
      continue;
    }
    const root = resolve(path);
    const walked = await walk(root, NO_WATCH);
    const missing = walked.troubles.find((trouble) => trouble.path === root && trouble.keeps);
    if (missing !== undefined) throw new ManifestSourceError(path, missing.message, missing.remedy);
    troubles.push(...walked.troubles.map((trouble) => ({ ...trouble, keeps: false })));
    for (const found of walked.files) {
      const reading = await readManifestFile(found.real, () => 0);
      if (reading.outcome === "read") {
        const file = fileOf(found.path, reading.text);
        files.push(found.path === root ? file : withoutForeign(file));
      } else if (reading.outcome === "unreadable") {
        files.push({
          path: found.path,
          fingerprint: undefined,
          content: undefined,
          unreadable: reading.problem,
        });
      }
    }
  }
  const { served, duplicates } = serve({
    previous: new Map(),
    files,
    changed: new Set(),
    unreachable: () => false,
    now: 0,
    settleMillis: 0,
  });
  return {
    state: stateOf(served, EMPTY_STATE),
    warnings: composeWarnings(troubles, files, served, duplicates, false),
  };
}

/** A folder of a project holds much else than manifests; that a file was named says that it is one. */
function withoutForeign(file: ManifestFile): ManifestFile {
  const { content } = file;
  if (content === undefined) return file;
  return { ...file, content: { ...content, invalid: content.invalid.filter(({ isForeign }) => !isForeign) } };
}

function fileOf(path: string, text: string): ManifestFile {
  const reading = readContent(text);
  return reading.outcome === "parsed"
    ? { path, fingerprint: undefined, content: reading.content, unreadable: undefined }
    : { path, fingerprint: undefined, content: undefined, unreadable: reading.problem };
}
