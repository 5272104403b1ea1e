/** Finds the manifest files under a path, and tells what must be watched to hear of every change to them. */
import type { BigIntStats, Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, extname, join, relative, sep } from "node:path";
import { concurrently } from "./concurrently.ts";
import { errorCode } from "./error.ts";
import { resolveLinks } from "./links.ts";
import type { Trouble } from "./warnings.ts";

/** What hears of changes. Told of a place before that is read, so that no change falls in between. */
export interface Watch {
  /** Everything in a folder that does not begin with a dot. */
  folder(path: string): Promise<void>;
  /** One name in a folder, whatever it begins with. */
  name(folder: string, name: string): Promise<void>;
}

export interface WalkedFile {
  /** As it is reached from the root. */
  readonly path: string;
  readonly real: string;
  /** `undefined` for a file that went away meanwhile, or hides; reading it tells. */
  readonly fingerprint: string | undefined;
}

export interface Walked {
  /** In path order (by code units); no file twice, by whatever links it is reached. */
  readonly files: readonly WalkedFile[];
  readonly troubles: readonly Trouble[];
}

const EXTENSIONS: ReadonlySet<string> = new Set([".yaml", ".yml", ".json"]);

/** Whether `path` is `folder` or lies beneath it; both absolute. */
export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`);
}

/**
 * Never rejects for what it finds: that becomes a trouble.
 *
 * @param root the absolute path of a folder, or of a file of any extension.
 */
export async function walk(root: string, watch: Watch): Promise<Walked> {
  const walker = new Walker(watch);
  await walker.visit(root, true);
  const byPath = walker.files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const seen = new Set<string>();
  const once = byPath.filter(({ real }) => !seen.has(real) && seen.add(real));
  const files = await concurrently(once, async (file) => ({
    ...file,
    fingerprint: await fingerprintAt(file.real),
  }));
  return { files, troubles: walker.troubles };
}

/** Changes whenever the file does, by content or by who may read it. */
export function fingerprintOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(":");
}

async function fingerprintAt(path: string): Promise<string | undefined> {
  const stats = await stat(path, { bigint: true }).catch(() => undefined);
  return stats && fingerprintOf(stats);
}

class Walker {
  readonly files: Omit<WalkedFile, "fingerprint">[] = [];
  readonly troubles: Trouble[] = [];
  readonly #watch: Watch;
  readonly #visited = new Set<string>();

  constructor(watch: Watch) {
    this.#watch = watch;
  }

  async visit(path: string, isRoot: boolean): Promise<void> {
    try {
      const real = await resolveLinks(path, (folder, name) => this.#watch.name(folder, name));
      // A folder tells of its own entries; the root, and what a link leads to, are entries elsewhere.
      await this.#watch.name(dirname(real), basename(real));
      const stats = await stat(real);
      if (stats.isDirectory()) await this.#list(path, real);
      else if (stats.isFile() && (isRoot || isManifest(path))) this.files.push({ path, real });
      else if (isRoot) {
        this.#unknown(path, "is neither a file nor a folder.", "Name a folder of manifests, or one of them.");
      }
    } catch (error) {
      this.#failed(path, error, isRoot);
    }
  }

  async #list(path: string, real: string): Promise<void> {
    // By two links a folder is still read once; and a link to a folder above is no way round and round.
    if (this.#visited.has(real)) return;
    this.#visited.add(real);
    await this.#watch.folder(real);
    const entries = await readdir(real, { withFileTypes: true });
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith(".")) continue;
      await this.#enter(entry, join(path, entry.name), join(real, entry.name));
    }
  }

  async #enter(entry: Dirent, path: string, real: string): Promise<void> {
    try {
      if (entry.isSymbolicLink()) await this.visit(path, false);
      else if (entry.isDirectory()) await this.#list(path, real);
      else if (entry.isFile() && isManifest(path)) this.files.push({ path, real });
    } catch (error) {
      // What has gone since it was listed is gone; whoever removed it has made an event, too.
      if (errorCode(error) !== "ENOENT") this.#failed(path, error, false);
    }
  }

  #failed(path: string, error: unknown, isRoot: boolean): void {
    const code = errorCode(error);
    if (code !== "ENOENT") this.#unknown(path, `cannot be read (${code}).`, "Let the agent's user read it.");
    else if (isRoot) this.#unknown(path, "does not exist.", "Put manifests there, or name another path.");
    else if (isManifest(path) || extname(path) === "") {
      this.#unknown(path, "is a link that leads nowhere.", "Mend the link or remove it.");
    }
  }

  #unknown(path: string, message: string, remedy: string): void {
    this.troubles.push({ path, field: "path", message, remedy, keeps: true });
  }
}

function isManifest(path: string): boolean {
  return EXTENSIONS.has(extname(path).toLowerCase());
}
