/** Which Events are due. Pure; all times are monotonic, in milliseconds. */
import type { WarningEvent } from "./event-object.ts";

/** What is known of an Event that was written, or could not be. */
export interface EventRecord {
  /** As the server has it; `undefined` when it has none. */
  readonly count: number | undefined;
  /** It is not written before. */
  readonly due: number;
  /** Whether it is yet to be written. */
  readonly isOpen: boolean;
}

/** By `namespace/name` of the Event. */
export type EventRecords = ReadonlyMap<string, EventRecord>;

export interface EventPlan {
  /** Those that wait longest first; new ones, which were never written, before all others. */
  readonly due: readonly WarningEvent[];
  /** Keys of records whose warnings do not hold any more. */
  readonly over: readonly string[];
}

/** An API server keeps Events for an hour; while a warning holds, its Event is written again in time. */
export const REPEAT_MS = 30 * 60_000;

export function planEvents(events: readonly WarningEvent[], records: EventRecords, now: number): EventPlan {
  const standing = new Map(events.map((event) => [eventKey(event), event]));
  const dueAt = (event: WarningEvent) => records.get(eventKey(event))?.due ?? Number.NEGATIVE_INFINITY;
  return {
    due: [...standing.values()]
      .filter((event) => dueAt(event) <= now)
      .toSorted((a, b) => order(dueAt(a), dueAt(b))),
    over: [...records.keys()].filter((key) => !standing.has(key)),
  };
}

/** Without a difference, which infinities do not have. */
function order(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

export function eventKey({ namespace, name }: Pick<WarningEvent, "namespace" | "name">): string {
  return `${namespace}/${name}`;
}
