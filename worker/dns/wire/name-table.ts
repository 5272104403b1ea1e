import type { Name } from "./name.ts";

/** Powers of two; at most three quarters of the slots are used, so probing always ends. */
const SLOTS = 512;
const MAX_USED = 384;
/** Where a pointer cannot lead any more: it has 14 bits. */
const POINTER_RANGE = 0x4000;
const MAX_LABELS = 128;

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
  /**
   * The message's first name, its question's as a rule: the one that is written most often, and often the only one. Its
   * suffixes are remembered when there is another.
   */
  #first: Name | undefined;
  #firstOffset = 0;
  #isFirstRemembered = false;
  // The labels of the name being written: where each starts, and the hash of the suffix that it begins.
  readonly #starts = new Uint8Array(MAX_LABELS);
  readonly #suffixes = new Int32Array(MAX_LABELS);

  /** Forgets the names of the message before, for one that begins at `base` of this buffer. */
  begin(buffer: Uint8Array<ArrayBuffer>, base: number): void {
    this.#buffer = buffer;
    this.#base = base;
    if (this.#used > 0) this.#offsets.fill(0);
    this.#used = 0;
    this.#first = undefined;
    this.#isFirstRemembered = false;
  }

  /**
   * Writes a name at `at` of the buffer and returns where it ends. `compress` is false where a name must stand in full (RFC 2782:
   * the target of SRV); others may point to it all the same.
   */
  write(name: Name, at: number, compress: boolean): number {
    const wire = name.wire;
    if (this.#first === undefined) {
      this.#first = name;
      this.#firstOffset = at - this.#base;
      return this.#copy(wire, wire.length, at);
    }
    if (name === this.#first && compress && wire.length > 1) return this.#point(this.#firstOffset, at);
    if (!this.#isFirstRemembered) this.#rememberFirst(this.#first.wire);
    const labels = this.#hashSuffixes(wire);
    let known = 0;
    let target = 0;
    while (known < labels && (target = this.#find(wire, known)) === 0) known++;
    for (let i = 0; i < known; i++) this.#remember(i, at - this.#base + (this.#starts[i] ?? 0));
    if (!compress || known === labels) return this.#copy(wire, wire.length, at);
    return this.#point(target, this.#copy(wire, this.#starts[known] ?? 0, at));
  }

  #rememberFirst(wire: Uint8Array): void {
    const labels = this.#hashSuffixes(wire);
    for (let i = 0; i < labels; i++) this.#remember(i, this.#firstOffset + (this.#starts[i] ?? 0));
    this.#isFirstRemembered = true;
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
