/** Who may write the Lease, and when (client-go leaderelection). Pure; all times are the own clock's monotonic ones. */
import type { Lease } from "./lease.ts";

/** The Lease as last seen. */
export interface Observation {
  readonly lease: Lease;
  /** When its record was first seen as it is. The clocks of others tell nothing: only that they still write does. */
  readonly since: number;
}

/** @param at when the answer was there. Not before the record was written, so others are never cut short. */
export function observe(before: Observation | undefined, lease: Lease, at: number): Observation {
  return { lease, since: before?.lease.record === lease.record ? before.since : at };
}

/**
 * - `create`: there is no Lease.
 * - `renew`: the record names us.
 * - `take`: nobody holds it, or its holder has not written for as long as it promised.
 * - `wait`: somebody else holds it.
 */
export type Move = "create" | "renew" | "take" | "wait";

export interface Situation {
  readonly identity: string;
  /** What the server has; `undefined` when there is no Lease. */
  readonly lease: Lease | undefined;
  /** Of that Lease, or, when there is none, of the last that there was. */
  readonly observation: Observation | undefined;
  readonly now: number;
  /** For records that promise nothing. */
  readonly leaseDuration: number;
}

/**
 * A Lease that is deleted does not end its holder's term, which may go on until the holder looks again. So one that was
 * seen to be held is waited for as though it were still there.
 */
export function nextMove({ identity, lease, observation, now, leaseDuration }: Situation): Move {
  if (lease?.holder === identity) return "renew";
  const isTaken =
    observation !== undefined &&
    observation.lease.holder !== "" &&
    observation.lease.holder !== identity &&
    now < observation.since + (observation.lease.duration ?? leaseDuration);
  if (isTaken) return "wait";
  return lease === undefined ? "create" : "take";
}
