/**
 * What names are about, as subjectOf has it, for those that are asked for again and again: to take a name apart, and to put
 * the key of its Service's record together, takes longer than the rest of a lookup. A subject depends on the name's labels
 * alone, so what is kept is never wrong; names that come later take the place of others.
 */
import { FOLD, type Name } from "../wire/name.ts";
import { type Subject, subjectOf } from "./subject.ts";

/** A power of two. Each set has room for two names. */
const SETS = 2_048;
/** Longer ones are hardly asked for, and would take room. */
const MOST_OCTETS = 128;

interface Kept {
  readonly hash: number;
  /** The labels before the zone's, in lower case, in wire form. */
  readonly octets: Uint8Array;
  readonly subject: Subject | undefined;
}

const NOTHING: Kept = { hash: 0, octets: new Uint8Array(), subject: subjectOf([]) };

export class Subjects {
  /** Of a set the name that was added last is the first. */
  readonly #kept = Array.from({ length: 2 * SETS }, () => NOTHING);

  /** @param labels how many labels the name has before the zone's */
  of(name: Name, labels: number): Subject | undefined {
    const { wire } = name;
    const end = name.offsetOf(labels);
    const hash = hashOf(wire, end);
    const first = 2 * ((hash ^ (hash >>> 15)) & (SETS - 1));
    const latest = this.#kept[first] ?? NOTHING;
    if (isOf(latest, hash, wire, end)) return latest.subject;
    const earlier = this.#kept[first + 1] ?? NOTHING;
    if (isOf(earlier, hash, wire, end)) return earlier.subject;
    const subject = subjectOf(name.foldedLabels(labels));
    if (end <= MOST_OCTETS) {
      this.#kept[first + 1] = latest;
      this.#kept[first] = { hash, octets: folded(wire, end), subject };
    }
    return subject;
  }
}

/** The same for both cases of a letter, and for few other octets. */
function hashOf(wire: Uint8Array, end: number): number {
  let hash = 0;
  for (let at = 0; at < end; at++) hash = Math.imul(hash ^ ((wire[at] ?? 0) | 0x20), 0x01000193);
  return hash;
}

function isOf(kept: Kept, hash: number, wire: Uint8Array, end: number): boolean {
  const { octets } = kept;
  if (kept.hash !== hash || octets.length !== end) return false;
  for (let at = 0; at < end; at++) {
    const octet = wire[at] ?? 0;
    if (octets[at] !== octet && octets[at] !== FOLD[octet]) return false;
  }
  return true;
}

function folded(wire: Uint8Array, end: number): Uint8Array {
  return wire.slice(0, end).map((octet) => FOLD[octet] ?? 0);
}
