import { SnapshotUnavailableError } from "./errors.ts";

/** A read that takes longer has failed: the request that began it may be gone, and its reads with it. */
export const READ_DEADLINE_MS = 5_000;

/** Resolves after so many milliseconds. */
export type Delay = (ms: number) => Promise<void>;

/** @throws SnapshotUnavailableError when the work has not ended in time; what it does later is ignored. */
export async function withDeadline<T>(what: string, work: Promise<T>, delay: Delay): Promise<T> {
  const late = delay(READ_DEADLINE_MS).then(() => {
    throw new SnapshotUnavailableError(`${what} was not read within ${READ_DEADLINE_MS} ms`);
  });
  return Promise.race([work, late]);
}
