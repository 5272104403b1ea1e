/** Generations that something unverified claims to have: a head, which is not signed, or a root of another key. */
import * as z from "zod";
import { parseAs, parseJson } from "../../contract/index.ts";

/**
 * Claims above this are not heeded. Without a bound, whoever can write to KV for a moment could use up the
 * generations for good; with it, the agent never climbs higher on another's word than this, and a million
 * million keep their order in a listing (kv-keys.ts).
 */
export const MAX_CLAIMED_GENERATION = 100_000_000_000;

const claimSchema = z.looseObject({ generation: z.int().min(1).max(MAX_CLAIMED_GENERATION) });

/** The generation that a head or a signed root names, of whatever version and key; `undefined` when it names none. */
export function claimedGeneration(text: string): number | undefined {
  const [json = ""] = text.split("\n", 1);
  try {
    return parseAs("claim", claimSchema, parseJson("claim", json)).generation;
  } catch {
    return undefined;
  }
}
