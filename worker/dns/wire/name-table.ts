import { commonSuffix } from "./common-suffix.ts";
import { MAX_NAME_OCTETS, Name } from "./name.ts";

/** Powers of two; at most three quarters of the slots are used, so probing always ends. */
const SLOTS = 512;
const MAX_USED = 384;
/** Where a pointer cannot lead any more: it has 14 bits. */
const POINTER_RANGE = 0x4000;
const MAX_LABELS = 128;
const MOST_SEEN = 8;
/** A question and an SOA record have no more. */
const MOST_FIRST = 3;
/** So near that pointers to any of their labels are in range. */
const FIRST_RANGE = POINTER_RANGE - MAX_NAME_OCTETS;

/**
 * Writes names into a message's buffer and remembers where each of their suffixes stands, so that later names can point
 * there (RFC 1035 4.1.4). Suffixes are the same only in the same case: every name decodes to exactly what was encoded.
 *
 * The table is a small open-addressing map from a suffix's hash to its offset, in typed arrays that are used again for
 * every message: writing a name allocates nothing.
 */
export class NameTable {
  #buffer = new Uint8Array();
  /** Where in the buffer the message begins: offsets count from there. */
  #base = 0;
  readonly #offsets = new Uint16Array(SLOTS);
  readonly #hashes = new Int32Array(SLOTS);
  #used = 0;
  /** Names to be known again as the same objects: the question's, and targets of SRV, which come again with their addresses. */
  readonly #seen = namesOf(MOST_SEEN);
  readonly #seenAt = new Uint16Array(MOST_SEEN);
  #seenCount = 0;
  /** The message's first names of which something is new: where they stand, and how much of them before a pointer. */
  readonly #first = namesOf(MOST_FIRST);
  readonly #firstAt = new Uint16Array(MOST_FIRST);
  readonly #firstOctets = new Uint8Array(MOST_FIRST);
  #firstCount = 0;
  /** Whether there were too many names, or too far behind, for the first ones alone. */
  #isTable = false;
  // The labels of the name being written: where each starts, and the hash of the suffix that it begins.
  readonly #starts = new Uint8Array(MAX_LABELS);
  readonly #suffixes = new Int32Array(MAX_LABELS);

  /** Forgets the names of the message before, for one that begins at `base` of this buffer. */
  begin(buffer: Uint8Array<ArrayBuffer>, base: number): void {
    this.#buffer = buffer;
    this.#base = base;
    if (this.#used > 0) this.#offsets.fill(0);
    this.#used = 0;
    this.#seenCount = 0;
    this.#firstCount = 0;
    this.#isTable = false;
  }

  /**
   * Writes a name at `at` of the buffer and returns where it ends. `compress` is false where a name must stand in full (RFC 2782:
   * the target of SRV); others may point to it all the same.
   */
  write(name: Name, at: number, compress: boolean): number {
    const offset = at - this.#base;
    if (compress) {
      for (let i = 0; i < this.#seenCount; i++) {
        if (this.#seen[i] === name) return this.#point(this.#seenAt[i] ?? 0, at);
      }
    }
    const isFirst = !this.#isTable && this.#firstCount < MOST_FIRST && offset < FIRST_RANGE;
    return isFirst ? this.#writeFirst(name, at, compress) : this.#writeByTable(name, at, compress);
  }

  /** Few names are compared with each other sooner than hashed. */
  #writeFirst(name: Name, at: number, compress: boolean): number {
    const { wire } = name;
    const end = wire.length - 1;
    let known = end;
    let target = 0;
    for (let i = 0; i < this.#firstCount; i++) {
      const other = (this.#first[i] ?? name).wire;
      const common = commonSuffix(wire, other);
      // Of what is as long the first stands in full: behind a pointer there is nothing that is not before it.
      if (common < known) {
        known = common;
        target = (this.#firstAt[i] ?? 0) + other.length - wire.length + common;
      }
    }
    if (known > 0) {
      this.#first[this.#firstCount] = name;
      this.#firstAt[this.#firstCount] = at - this.#base;
      this.#firstOctets[this.#firstCount] = known;
      this.#firstCount++;
    }
    return this.#writeKnown(name, at, compress, known, target);
  }

  #writeByTable(name: Name, at: number, compress: boolean): number {
    const { wire } = name;
    if (!this.#isTable) this.#rememberFirst();
    const labels = this.#hashSuffixes(wire);
    let known = 0;
    let target = 0;
    while (known < labels && (target = this.#find(wire, known)) === 0) known++;
    for (let i = 0; i < known; i++) this.#remember(i, at - this.#base + (this.#starts[i] ?? 0));
    return this.#writeKnown(
      name,
      at,
      compress,
      known === labels ? wire.length - 1 : (this.#starts[known] ?? 0),
      target,
    );
  }

  /** @param known where the part of the name begins that stands at `target` already */
  #writeKnown(name: Name, at: number, compress: boolean, known: number, target: number): number {
    const { wire } = name;
    const isNew = known === wire.length - 1;
    this.#see(name, known === 0 ? target : at - this.#base);
    return !compress || isNew
      ? this.#copy(wire, wire.length, at)
      : this.#point(target, this.#copy(wire, known, at));
  }

  #see(name: Name, offset: number): void {
    if (this.#seenCount === MOST_SEEN || offset >= POINTER_RANGE || name.wire.length === 1) return;
    this.#seen[this.#seenCount] = name;
    this.#seenAt[this.#seenCount] = offset;
    this.#seenCount++;
  }

  #rememberFirst(): void {
    this.#isTable = true;
    for (let first = 0; first < this.#firstCount; first++) {
      const labels = this.#hashSuffixes((this.#first[first] ?? Name.root).wire);
      for (let i = 0; i < labels; i++) {
        const start = this.#starts[i] ?? 0;
        if (start < (this.#firstOctets[first] ?? 0)) this.#remember(i, (this.#firstAt[first] ?? 0) + start);
      }
    }
  }

  #hashSuffixes(wire: Uint8Array): number {
    let labels = 0;
    for (let at = 0; wire[at] !== 0; at += 1 + (wire[at] ?? 0)) this.#starts[labels++] = at;
    let hash = 0x811c9dc5;
    let end = wire.length - 1;
    for (let i = labels - 1; i >= 0; i--) {
      const start = this.#starts[i] ?? 0;
      for (let at = start; at < end; at++) hash = Math.imul(hash ^ (wire[at] ?? 0), 0x01000193);
      this.#suffixes[i] = hash;
      end = start;
    }
    return labels;
  }

  /** The offset where the suffix from this label on stands already; 0, where the header is, for none. */
  #find(wire: Uint8Array, label: number): number {
    const hash = this.#suffixes[label] ?? 0;
    const start = this.#starts[label] ?? 0;
    for (let slot = slotOf(hash); ; slot = (slot + 1) % SLOTS) {
      const offset = this.#offsets[slot] ?? 0;
      if (offset === 0) return 0;
      if (this.#hashes[slot] === hash && this.#standsAt(offset, wire, start)) return offset;
    }
  }

  #standsAt(offset: number, wire: Uint8Array, from: number): boolean {
    const buffer = this.#buffer;
    let at = this.#base + offset;
    let i = from;
    for (;;) {
      let length = buffer[at] ?? 0;
      while (length >= 0xc0) {
        at = this.#base + (((length & 0x3f) << 8) | (buffer[at + 1] ?? 0));
        length = buffer[at] ?? 0;
      }
      for (const end = at + length; at <= end; at++, i++) if (buffer[at] !== wire[i]) return false;
      if (length === 0) return true;
    }
  }

  #remember(label: number, offset: number): void {
    if (offset >= POINTER_RANGE || this.#used === MAX_USED) return;
    const hash = this.#suffixes[label] ?? 0;
    let slot = slotOf(hash);
    while (this.#offsets[slot] !== 0) slot = (slot + 1) % SLOTS;
    this.#offsets[slot] = offset;
    this.#hashes[slot] = hash;
    this.#used++;
  }

  #point(offset: number, at: number): number {
    this.#buffer[at] = 0xc0 | (offset >> 8);
    this.#buffer[at + 1] = offset & 0xff;
    return at + 2;
  }

  /** Past the buffer's end nothing is written; the encoder sees by the position that it went too far. */
  #copy(wire: Uint8Array, length: number, at: number): number {
    for (let i = 0; i < length; i++) this.#buffer[at + i] = wire[i] ?? 0;
    return at + length;
  }
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}

function namesOf(count: number): Name[] {
  return Array.from({ length: count }, () => Name.root);
}
