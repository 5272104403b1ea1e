/**
 * Hears of changes in a changing set of folders, by the operating system's own notices (inotify on Linux). Folders
 * are watched one by one rather than by a recursive watcher, because of what those miss: a link above the folder, or
 * links in a chain, turned elsewhere (as git-sync and mounted ConfigMaps publish), and folders replaced by others.
 */
import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, join, sep } from "node:path";
import { errorCode } from "./error.ts";
import type { Watch } from "./walk.ts";

interface Watched {
  readonly watcher: FSWatcher;
  /** Of the folder itself: another folder may have come to its path. */
  readonly inode: string;
}

interface Interest {
  all: boolean;
  readonly names: Set<string>;
}

export class FolderWatch implements Watch {
  readonly #onChange: () => void;
  readonly #watched = new Map<string, Watched>();
  #interests = new Map<string, Interest>();
  /** The interests of the round in progress; the older ones stay in force beside them until it ends. */
  #next = new Map<string, Interest>();
  readonly #failures = new Map<string, string>();

  /** @param onChange is called for every event of interest, several times for one change as a rule. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  async folder(path: string): Promise<void> {
    this.#interestIn(path).all = true;
    await this.#ensure(path);
  }

  async name(folder: string, name: string): Promise<void> {
    this.#interestIn(folder).names.add(name);
    await this.#ensure(folder);
  }

  /** Ends a round of `folder` and `name` calls: what was not named in it is no longer watched. */
  endRound(): void {
    this.#interests = this.#next;
    this.#next = new Map();
    for (const path of this.#watched.keys()) if (!this.#interests.has(path)) this.#drop(path);
    for (const path of this.#failures.keys()) if (!this.#interests.has(path)) this.#failures.delete(path);
  }

  /** Folders of which changes are not heard, with the error's code (ENOSPC: too many watches). */
  get failures(): ReadonlyMap<string, string> {
    return new Map([...this.#failures].filter(([path]) => this.#interests.get(path)?.all));
  }

  close(): void {
    for (const path of this.#watched.keys()) this.#drop(path);
  }

  #interestIn(path: string): Interest {
    const interest = this.#next.get(path) ?? { all: false, names: new Set() };
    this.#next.set(path, interest);
    return interest;
  }

  async #ensure(path: string): Promise<void> {
    try {
      const { dev, ino } = await stat(path, { bigint: true });
      const inode = `${dev}:${ino}`;
      if (this.#watched.get(path)?.inode === inode) return;
      this.#drop(path);
      const watcher = watch(path, (event, name) => this.#heard(path, event, name));
      watcher.on("error", (error) => this.#lost(path, watcher, errorCode(error)));
      this.#watched.set(path, { watcher, inode });
      this.#failures.delete(path);
    } catch (error) {
      this.#failures.set(path, errorCode(error));
    }
  }

  #heard(path: string, event: string, name: string | null): void {
    if (event === "rename" && name !== null) {
      // The folder of that name may be another one now, even with the inode's number of the old one.
      const child = join(path, name);
      for (const other of this.#watched.keys()) {
        if (other === child || other.startsWith(child + sep)) this.#drop(other);
      }
      // A folder that is moved or removed is told of by its own name.
      if (name === basename(path)) this.#drop(path);
    }
    if (name === null || name === basename(path) || this.#concerns(path, name)) this.#onChange();
  }

  #concerns(path: string, name: string): boolean {
    return [this.#interests.get(path), this.#next.get(path)].some(
      (interest) => interest?.names.has(name) || (interest?.all && !name.startsWith(".")),
    );
  }

  #lost(path: string, watcher: FSWatcher, code: string): void {
    if (this.#watched.get(path)?.watcher !== watcher) return;
    this.#drop(path);
    this.#failures.set(path, code);
    this.#onChange();
  }

  #drop(path: string): void {
    this.#watched.get(path)?.watcher.close();
    this.#watched.delete(path);
  }
}
