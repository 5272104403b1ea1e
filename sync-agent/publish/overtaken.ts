import { claimedGeneration } from "./claim.ts";

/** Twice the time for which Workers KV may give an old value, or none, for a key that was read or written before. */
export const KV_STALE_MS = 120_000;

/** KV's head as it was last read or written. */
export interface SeenHead {
  /** `undefined` when there was none. */
  readonly text: string | undefined;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/**
 * Whether somebody else moved KV's head since it was seen, so that what is planned must not be written over it.
 * An older head, or none, is a stale read while that can be, and afterwards a store that was emptied or restored.
 */
export function overtaken(seen: SeenHead, found: string | undefined, now: number): boolean {
  if (found === seen.text) return false;
  const older = generationOf(found) < generationOf(seen.text);
  return !older || now - seen.time >= KV_STALE_MS;
}

function generationOf(head: string | undefined): number {
  return head === undefined ? 0 : (claimedGeneration(head) ?? 0);
}
