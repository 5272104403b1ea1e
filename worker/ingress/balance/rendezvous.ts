/**
 * Rendezvous hashing: every member has a score for a key, and the key goes to the highest. When a member goes, only its
 * own keys move, and evenly to all others; when one comes, it takes an equal share of everybody's.
 */
import { combine } from "./hash.ts";
import type { Member } from "./member.ts";

/** @param key its hash */
export function best(members: readonly Member[], key: number): Member | undefined {
  let found: Member | undefined;
  let highest = -1;
  for (const member of members) {
    const score = combine(key, member.hash);
    // Members are in the order of their addresses, so that of equal scores every isolate takes the same.
    if (score > highest) [found, highest] = [member, score];
  }
  return found;
}

/** The `count` best. Of two keys they are different ones, so that no fixed groups carry unequal load. */
export function bestFew(members: readonly Member[], key: number, count: number): readonly Member[] {
  if (members.length <= count) return members;
  return members
    .map((member) => ({ member, score: combine(key, member.hash) }))
    .toSorted((a, b) => b.score - a.score)
    .slice(0, count)
    .map(({ member }) => member);
}
