/** Cluster state from a folder of Kubernetes manifests, or one file of them, whose changes are followed. */
import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { ClusterSource, Observation } from "./state.ts";
import { errorCode, ManifestSourceError } from "./manifests/error.ts";
import { FolderWatch } from "./manifests/folder-watch.ts";
import { LastGood } from "./manifests/last-good.ts";
import { positionText } from "./manifests/parse.ts";
import { RescanSchedule } from "./manifests/rescan-schedule.ts";
import { type Scan, scan, type ScanContext } from "./manifests/scan.ts";
import { EMPTY_STATE, stateOf, stateWith } from "./manifests/state-maps.ts";
import type { Trouble } from "./manifests/warnings.ts";

export interface ManifestSourceOptions {
  /** A folder, read with its subfolders (`.yaml`, `.yml`, `.json`; no name that begins with a dot), or one file. */
  readonly path: string;
  /** A folder for copies of what each file served last. Without one, last good objects do not survive a restart. */
  readonly lastGood?: string | undefined;
  /** How long (milliseconds) no change must be heard before the manifests are read. 20. */
  readonly quietMillis?: number;
  /** How long an object must be missing from every file before it is let go. 300. */
  readonly settleMillis?: number;
  /** How often the folders are looked at although nothing was heard, for file systems that tell nothing. 30 s. */
  readonly resyncMillis?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** A burst of changes is waited for no longer than so many times `quietMillis`. */
const MAXIMUM_QUIETS = 25;

/**
 * A source over manifest files. Its `start` rejects with ManifestSourceError when the path does not exist, or when
 * none of its files can be read and no last good copy stands in. Call `start` once.
 */
export function createManifestSource(options: ManifestSourceOptions): ClusterSource {
  return new ManifestSource(options);
}

class ManifestSource implements ClusterSource {
  readonly #context: ScanContext;
  readonly #watch: FolderWatch;
  readonly #schedule: RescanSchedule;
  readonly #resyncMillis: number;
  #onChange: (() => void) | undefined;
  #scan: Scan | undefined;
  #observation: Observation = { state: EMPTY_STATE, warnings: [] };

  constructor(options: ManifestSourceOptions) {
    const { path, lastGood, quietMillis = 20, settleMillis = 300, resyncMillis = 30_000 } = options;
    const times = { quietMillis, maximumMillis: quietMillis * MAXIMUM_QUIETS };
    this.#resyncMillis = resyncMillis;
    this.#schedule = new RescanSchedule(() => this.#rescan(), times);
    this.#watch = new FolderWatch(() => this.#schedule.soon());
    this.#context = {
      root: resolve(path),
      watch: this.#watch,
      walked: () => this.#endRound(),
      lastGood: lastGood === undefined ? undefined : new LastGood(lastGood),
      now: options.now ?? Date.now,
      settleMillis,
    };
  }

  async start(onChange: () => void): Promise<void> {
    try {
      await this.#context.lastGood?.open();
      const first = await scan(this.#context, undefined);
      this.#refuseNothing(first);
      this.#take(first);
      this.#onChange = onChange;
      this.#schedule.begin();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  observe(): Observation {
    return this.#observation;
  }

  async close(): Promise<void> {
    this.#onChange = undefined;
    this.#watch.close();
    await this.#schedule.close();
    // A run that was in progress may have begun to watch anew.
    this.#watch.close();
  }

  async #rescan(): Promise<void> {
    let changed: boolean;
    try {
      changed = this.#take(await scan(this.#context, this.#scan));
    } catch (error) {
      changed = this.#takeFailure(error);
    }
    if (changed) this.#onChange?.();
  }

  /** Whether state or warnings changed. */
  #take(next: Scan): boolean {
    this.#scan = next;
    const settleIn = (next.settlesAt ?? Infinity) - this.#context.now();
    this.#schedule.later(Math.max(Math.min(settleIn, this.#resyncMillis), 0));
    const { state } = this.#observation;
    return this.#observe({
      state: (next.objects && stateWith(state, next.objects)) ?? stateOf(next.served, state),
      warnings: next.warnings,
    });
  }

  /** What no part of a scan foresaw (too many open files, say) changes nothing of what is served. */
  #takeFailure(error: unknown): boolean {
    this.#schedule.later(this.#resyncMillis);
    const message = `The manifests could not be read (${errorCode(error)}); what was served last stays served.`;
    const remedy = "See to the cause; they are read again with the next change, or after a while.";
    const warning = {
      object: this.#context.root,
      field: "path",
      reason: "ManifestUnreadable",
      message,
      remedy,
    } as const;
    return this.#observe({ state: this.#observation.state, warnings: [warning] });
  }

  #observe(next: Observation): boolean {
    const { state, warnings } = this.#observation;
    const sameWarnings = isDeepStrictEqual(next.warnings, warnings);
    if (next.state === state && sameWarnings) return false;
    this.#observation = { state: next.state, warnings: sameWarnings ? warnings : next.warnings };
    return true;
  }

  #endRound(): Trouble[] {
    this.#watch.endRound();
    return Array.from(this.#watch.failures, ([path, code]) => ({
      path,
      field: "folder",
      message: `cannot be watched (${code}): changes are seen only every ${this.#resyncMillis / 1000} s.`,
      remedy:
        code === "ENOSPC"
          ? "Raise the system's limit fs.inotify.max_user_watches."
          : "Let the agent's user read the folder.",
      keeps: false,
    }));
  }

  #refuseNothing({ troubles, files, served }: Scan): void {
    const { root } = this.#context;
    const trouble = troubles.find(({ path, keeps }) => path === root && keeps);
    if (trouble !== undefined) throw new ManifestSourceError(root, trouble.message, trouble.remedy);
    const bad = files.find(({ unreadable }) => unreadable !== undefined);
    if (bad?.unreadable === undefined || served.size > 0) return;
    if (files.some(({ content }) => content !== undefined)) return;
    const { position, message, remedy } = bad.unreadable;
    const where = position === undefined ? bad.path : `${bad.path}, ${positionText(position)}`;
    throw new ManifestSourceError(root, `none of its manifests can be read; ${where}: ${message}.`, remedy);
  }
}
