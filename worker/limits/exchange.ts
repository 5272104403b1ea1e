/** What isolates tell each other of the use of limits, by way of a LimitObject. Plain data, for RPC. */

/** How often an isolate speaks, in milliseconds. */
export const INTERVAL = 500;
/** For how many milliseconds an isolate goes by what it was told, and is counted in without another word. */
export const STALE = 2_000;
/** How often an isolate repeats that requests are underway. */
export const REPEAT = 10_000;
/** For how long it is believed without. */
export const LEASE = 3 * REPEAT;

/** An isolate's use of one key of one limit since it last spoke. */
export interface Use {
  readonly key: string;
  /** Parts a millisecond (rate.ts). */
  readonly refill: number;
  /** Parts. */
  readonly capacity: number;
  /** Requests that were let pass. */
  readonly passed: number;
  /** Requests, refused ones included. */
  readonly asked: number;
  /** Parts that are outstanding as far as the isolate knows. */
  readonly level: number;
}

/** What an isolate learns of a key. */
export interface Standing {
  /** Parts that are outstanding in all; absent where the isolate is alone, and knows better. */
  readonly level?: number;
  /** The isolate's part of the demand, from 0 to 1. */
  readonly share: number;
}

/** Requests of a key that an isolate has underway. */
export interface Underway {
  readonly key: string;
  readonly count: number;
}

export interface Report {
  /** Names the isolate. */
  readonly isolate: string;
  readonly uses: readonly Use[];
  readonly underway: readonly Underway[];
}

/** In the order of the report. */
export interface Answer {
  readonly standings: readonly Standing[];
  /** What others have underway. */
  readonly underway: readonly number[];
}

/** Speaks to the object that keeps a shard of the keys. May fail: then each isolate goes by what it sees itself. */
export type LimitPeers = (shard: number, report: Report) => Promise<Answer>;

/** How many objects share the keys. Isolates must agree on it. */
const SHARDS = 16;

/** By FNV-1a. */
export function shardOf(key: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01_00_01_93);
  return (hash >>> 0) % SHARDS;
}
