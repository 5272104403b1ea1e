export interface CacheOptions {
  readonly maxEntries: number;
  readonly maxOctets: number;
  /** How long after its lifetime an entry is kept. */
  readonly staleSeconds: number;
  /**
   * Milliseconds, of a clock that goes on while the machine sleeps: a laptop must not wake up with yesterday's answers.
   */
  readonly now: () => number;
}

export interface Kept {
  /** The resolver's message. */
  readonly octets: Uint8Array;
  /** Whole seconds since the message was true. */
  readonly age: number;
  readonly isFresh: boolean;
}

interface Entry {
  readonly octets: Uint8Array;
  readonly since: number;
  readonly lifetime: number;
}

/** Messages by question, as octets: they take a tenth of what they take decoded. The least recently used go first. */
export class AnswerCache {
  readonly #options: CacheOptions;
  /** In the order of their last use. */
  readonly #entries = new Map<string, Entry>();
  #octets = 0;

  constructor(options: CacheOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  get octets(): number {
    return this.#octets;
  }

  get(key: string): Kept | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const elapsed = this.#options.now() - entry.since;
    // A clock that was set back says nothing of the age: better to ask anew.
    const age = elapsed < 0 ? entry.lifetime : Math.floor(elapsed / 1000);
    const isFresh = age < entry.lifetime;
    if (!isFresh && age >= entry.lifetime + this.#options.staleSeconds) {
      this.delete(key);
      return undefined;
    }
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return { octets: entry.octets, age, isFresh };
  }

  /** @param age seconds that the message has been on its way, in caches between. */
  put(key: string, octets: Uint8Array, lifetime: number, age: number): void {
    this.delete(key);
    const { maxEntries, maxOctets, now } = this.#options;
    const size = sizeOf(key, octets);
    if (lifetime <= age || maxEntries === 0 || size > maxOctets) return;
    this.#entries.set(key, { octets, since: now() - age * 1000, lifetime });
    this.#octets += size;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= maxEntries && this.#octets <= maxOctets) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#octets -= sizeOf(key, entry.octets);
  }
}

/** With an allowance for the entry itself. */
function sizeOf(key: string, octets: Uint8Array): number {
  return key.length + octets.length + 200;
}
