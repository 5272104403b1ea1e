/** When a collection is worth its requests. Times in milliseconds since 1970. */

export interface Since {
  /** The last collection; `undefined` when there was none in this process. */
  readonly collected: number | undefined;
  /** Publications since then. */
  readonly publications: number;
  /** Whether the last one left something to do. */
  readonly more: boolean;
}

/** The least time from one collection to the next. */
export const COLLECT_SPACING_MS = 600_000;
/** So many publications make one due after that time ... */
export const COLLECT_PUBLICATIONS = 10;
/** ... and anything at all that is left to do, after this one. */
export const COLLECT_IDLE_MS = 3_600_000;

/** The first is due with the first publication: the agents before this one may have left much. */
export function isCollectionDue({ collected, publications, more }: Since, now: number): boolean {
  if (collected === undefined) return publications > 0;
  const elapsed = Math.abs(now - collected);
  if (elapsed >= COLLECT_IDLE_MS) return more || publications > 0;
  return elapsed >= COLLECT_SPACING_MS && publications >= COLLECT_PUBLICATIONS;
}
