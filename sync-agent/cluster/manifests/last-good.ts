/**
 * Copies of what every manifest file served last, so that a file which is bad when the agent starts does not take
 * away what it served before. One JSON file a manifest file, written whole or not at all, readable by the owner
 * alone: Secrets are among the objects.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { readObject } from "../objects/read-object.ts";
import type { FoundObject } from "./content.ts";
import { concurrently } from "./concurrently.ts";
import { errorCode, ManifestSourceError } from "./error.ts";
import type { Served, ServedObject } from "./served.ts";
import type { Trouble } from "./warnings.ts";

const SUFFIX = ".last-good";
const TEMPORARY = ".tmp";

const copySchema = z.object({ version: z.literal(1), file: z.string(), objects: z.array(z.unknown()) });

export interface Copies {
  /** By the file's path, absolute. */
  readonly objects: ReadonlyMap<string, readonly FoundObject[]>;
  readonly troubles: readonly Trouble[];
}

export class LastGood {
  readonly #folder: string;
  /** What each copy is known to hold, by the manifest file's path. */
  readonly #saved = new Map<string, readonly ServedObject[]>();
  #pruned = false;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws ManifestSourceError when the folder can be neither found nor made. */
  async open(): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      const problem = `the folder for last good copies cannot be made (${errorCode(error)}).`;
      const remedy = "Let the agent's user write there, or name another folder.";
      throw new ManifestSourceError(this.#folder, problem, remedy, { cause: error });
    }
  }

  /** Reads the copies of those files for which `wanted` says so. */
  async load(wanted: (file: string) => boolean): Promise<Copies> {
    const objects = new Map<string, readonly FoundObject[]>();
    const troubles: Trouble[] = [];
    for (const name of await this.#names()) {
      const path = join(this.#folder, name);
      try {
        const copy = copySchema.parse(JSON.parse(await readFile(path, "utf8")));
        if (wanted(copy.file)) objects.set(copy.file, copy.objects.flatMap(readCopied));
      } catch (error) {
        const message = `is no last good copy that can be read (${errorCode(error)}).`;
        troubles.push({
          path,
          field: "file",
          keeps: false,
          message,
          remedy: "Nothing: it is written anew with the next good manifest.",
        });
      }
    }
    return { objects, troubles };
  }

  /** Makes the copies hold what is served now. Writes only what changed; troubles are tried again the next time. */
  async save(served: Served): Promise<Trouble[]> {
    const byFile = Map.groupBy(served.values(), ({ file }) => file);
    const troubles: Trouble[] = [];
    const attempt = async (path: string, act: () => Promise<void>) => {
      try {
        await act();
      } catch (error) {
        const message = `The last good copy cannot be written (${errorCode(error)}); after a restart a bad file would serve nothing.`;
        troubles.push({
          path,
          field: "copy",
          keeps: false,
          message,
          remedy: `Let the agent's user write to ${this.#folder}.`,
        });
      }
    };
    const changed = [...byFile].filter(([file, entries]) => !sameObjects(this.#saved.get(file), entries));
    await concurrently(changed, ([file, entries]) =>
      attempt(file, async () => {
        await this.#write(file, entries);
        this.#saved.set(file, entries);
      }),
    );
    for (const file of this.#saved.keys()) {
      if (byFile.has(file)) continue;
      await attempt(file, async () => {
        await rm(join(this.#folder, copyName(file)), { force: true });
        this.#saved.delete(file);
      });
    }
    if (!this.#pruned) {
      await attempt(this.#folder, async () => {
        await this.#prune(new Set(Array.from(byFile.keys(), copyName)));
        this.#pruned = true;
      });
    }
    return troubles;
  }

  async #write(file: string, entries: readonly ServedObject[]): Promise<void> {
    const copy = { version: 1, file, objects: entries.map(({ found }) => found.raw) };
    const text = `${JSON.stringify(copy)}\n`;
    const path = join(this.#folder, copyName(file));
    if ((await readIfPresent(path)) === text) return;
    await writeFile(path + TEMPORARY, text, { mode: 0o600 });
    await rename(path + TEMPORARY, path);
  }

  /** Copies of files that went away while no agent ran. */
  async #prune(keep: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      const ours = name.endsWith(SUFFIX) || name.endsWith(SUFFIX + TEMPORARY);
      if (ours && !keep.has(name)) await rm(join(this.#folder, name), { force: true });
    }
  }

  async #names(): Promise<string[]> {
    return (await readdir(this.#folder)).filter((name) => name.endsWith(SUFFIX)).toSorted();
  }
}

function copyName(file: string): string {
  return createHash("sha256").update(file).digest("hex").slice(0, 32) + SUFFIX;
}

/** An object that this version of Lintel no longer takes is left out; it is in nobody's manifests any more. */
function readCopied(raw: unknown): FoundObject[] {
  const reading = readObject(raw);
  if (reading.outcome !== "read") return [];
  const { identity, stripped } = reading;
  return [{ identity, stripped, raw, place: "last good copy" }];
}

function sameObjects(before: readonly ServedObject[] | undefined, after: readonly ServedObject[]): boolean {
  return (
    before?.length === after.length &&
    before.every(({ found }, index) => found.raw === after[index]?.found.raw)
  );
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
