/**
 * Reads of KV that are sent again when they fail: what fails passes, mostly at once, and an edge that has just started has
 * nothing else to serve from. That there is no such key is an answer, and no failure.
 */
import type { Delay } from "./deadline.ts";
import type { KvGet } from "./head-source.ts";

/** Before the second try and those after, in milliseconds. Together they are well within a read's deadline. */
const PAUSES_MS = [20, 100, 500];

export function retriedGet(get: KvGet, delay: Delay): KvGet {
  return async (key, cacheTtl) => {
    for (const ms of PAUSES_MS) {
      try {
        return await get(key, cacheTtl);
      } catch {
        await delay(ms);
      }
    }
    return get(key, cacheTtl);
  };
}
