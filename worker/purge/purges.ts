/** An isolate's copy of what was purged: read behind requests, as the head is. */
import { errorText, type Log } from "../log.ts";
import type { MaybePromise } from "../snapshot/view.ts";
import { epochOf, type PurgeRecord } from "./records.ts";

/** Milliseconds: a copy as old is read anew behind the request, so that purges reach every isolate soon. */
export const FRESH_MS = 2_000;
/** And from this age on a request waits for it, as at the first. */
export const STALE_MS = 5_000;
/** Milliseconds that a request waits. */
export const PATIENCE_MS = 500;

export interface PurgesOptions {
  readonly read: () => Promise<readonly PurgeRecord[]>;
  /** Milliseconds. */
  readonly now: () => number;
  readonly delay: (ms: number) => Promise<void>;
  readonly keepAlive: (work: Promise<unknown>) => void;
  readonly log: Log;
}

export class Purges {
  readonly #options: PurgesOptions;
  #records: readonly PurgeRecord[] | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(options: PurgesOptions) {
    this.#options = options;
  }

  /** `undefined` while nothing is known: then nothing may be taken from a cache. What was known stays so. */
  epochOf(hostname: string, path: string): MaybePromise<number | undefined> {
    const now = this.#options.now();
    const age = now - this.#readAt;
    // A look that hangs, as with the request that began it, holds up nobody for long.
    const isDue = age >= FRESH_MS && now - this.#lookedAt >= FRESH_MS;
    const look = isDue ? this.#look(now) : undefined;
    if (look === undefined || age < STALE_MS) return this.#epoch(hostname, path);
    return Promise.race([look, this.#options.delay(PATIENCE_MS)]).then(() => this.#epoch(hostname, path));
  }

  /** Takes over what the store has just answered. */
  learn(records: readonly PurgeRecord[]): void {
    this.#records = records;
    this.#readAt = this.#options.now();
  }

  #epoch(hostname: string, path: string): number | undefined {
    return this.#records && epochOf(this.#records, hostname, path);
  }

  /** Never rejects. */
  #look(now: number): Promise<void> {
    this.#lookedAt = now;
    const { read, keepAlive, log } = this.#options;
    const look = read().then(
      (records) => {
        this.learn(records);
      },
      (error: unknown) => {
        log("warn", { error: errorText(error) }, "the purges cannot be read");
      },
    );
    keepAlive(look);
    return look;
  }
}
