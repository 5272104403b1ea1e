/** Who has read what, so that of a change only those hear whom it may concern. */
import type { Lookup } from "../lookup.ts";

export class Dependents {
  readonly #readers = new Map<string, Set<string>>();
  readonly #read = new Map<string, Set<string>>();

  /** `reader` has read `thing`: also that it was not there. */
  note(reader: string, thing: string): void {
    const read = this.#read.get(reader);
    if (read === undefined) this.#read.set(reader, new Set([thing]));
    else if (read.has(thing)) return;
    else read.add(thing);
    const readers = this.#readers.get(thing);
    if (readers === undefined) this.#readers.set(thing, new Set([reader]));
    else readers.add(reader);
  }

  /** The reader begins anew, or is gone. */
  forget(reader: string): void {
    for (const thing of this.#read.get(reader) ?? []) {
      const readers = this.#readers.get(thing);
      readers?.delete(reader);
      if (readers?.size === 0) this.#readers.delete(thing);
    }
    this.#read.delete(reader);
  }

  isRead(thing: string): boolean {
    return this.#readers.has(thing);
  }

  readersOf(thing: string): Iterable<string> {
    return this.#readers.get(thing) ?? [];
  }
}

/**
 * Looks into whatever `present` gives at the time, and says so.
 *
 * @param thing names what stands under a key
 */
export function recording<V>(
  present: () => Lookup<V>,
  thing: (key: string) => string,
  note: (thing: string) => void,
): Lookup<V> {
  return {
    get(key) {
      note(thing(key));
      return present().get(key);
    },
    has(key) {
      note(thing(key));
      return present().has(key);
    },
  };
}
