import { DnsFormatError } from "./format-error.ts";
import { HEADER_OCTETS } from "./message.ts";
import { MAX_LABEL_OCTETS, MAX_NAME_OCTETS, Name } from "./name.ts";

const POINTER = 0xc0;

/** Reads a message from front to back; every step checks its bounds. */
export class Reader {
  readonly #octets: Uint8Array;
  #at: number;

  constructor(octets: Uint8Array, start = 0) {
    this.#octets = octets;
    this.#at = start;
  }

  get position(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.#octets.length - this.#at;
  }

  uint8(): number {
    this.#need(1);
    return this.#octets[this.#at++] ?? 0;
  }

  uint16(): number {
    this.#need(2);
    const at = this.#at;
    this.#at = at + 2;
    return ((this.#octets[at] ?? 0) << 8) | (this.#octets[at + 1] ?? 0);
  }

  uint32(): number {
    return this.uint16() * 0x10000 + this.uint16();
  }

  /** A view, not a copy. */
  octets(count: number): Uint8Array {
    this.#need(count);
    const at = this.#at;
    this.#at = at + count;
    return this.#octets.subarray(at, at + count);
  }

  /** A domain name, compressed or not (RFC 1035 4.1.4). */
  name(): Name {
    const octets = this.#octets;
    const start = this.#at;
    let at = start;
    for (;;) {
      if (at >= octets.length) throw truncated(at);
      const length = octets[at] ?? 0;
      if (length === 0) {
        this.#at = at + 1;
        // The owner of every OPT record.
        if (at === start) return Name.root;
        return Name.ofCheckedWire(octets.subarray(start, at + 1));
      }
      if (length >= POINTER) return this.#expand(at);
      at = endOfLabel(at, length, start);
    }
  }

  /**
   * Follows pointers. Each must lead to before the run of labels that it ends: so it can neither loop nor lead forward,
   * and the work is bounded by the message's length.
   */
  #expand(firstPointer: number): Name {
    const octets = this.#octets;
    const wire = new Uint8Array(MAX_NAME_OCTETS);
    let run = this.#at;
    let at = firstPointer;
    let length = at - run;
    wire.set(octets.subarray(run, at));
    this.#at = at + 2;
    for (;;) {
      if (at >= octets.length) throw truncated(at);
      const octet = octets[at] ?? 0;
      if (octet === 0) return Name.ofCheckedWire(wire.slice(0, length + 1));
      if (octet >= POINTER) {
        if (at + 2 > octets.length) throw truncated(at);
        const target = ((octet & 0x3f) << 8) | (octets[at + 1] ?? 0);
        if (target >= run || target < HEADER_OCTETS) {
          throw new DnsFormatError("name", `has a pointer at octet ${at} that does not lead back to a name`);
        }
        run = target;
        at = target;
      } else {
        const end = endOfLabel(at, octet, at - length);
        if (end > octets.length) throw truncated(at);
        wire.set(octets.subarray(at, end), length);
        length += end - at;
        at = end;
      }
    }
  }

  #need(count: number): void {
    if (this.#at + count > this.#octets.length) throw truncated(this.#at);
  }
}

/** `nameStart` is where the name would begin, had it no pointers. */
function endOfLabel(at: number, length: number, nameStart: number): number {
  if (length > MAX_LABEL_OCTETS) {
    throw new DnsFormatError("name", `has a label of the reserved type ${length >> 6} at octet ${at}`);
  }
  const end = at + 1 + length;
  // One octet more for the root.
  if (end + 1 - nameStart > MAX_NAME_OCTETS) {
    throw new DnsFormatError("name", `at octet ${at} is longer than 255 octets`);
  }
  return end;
}

function truncated(at: number): DnsFormatError {
  return new DnsFormatError("message", `ends too early, at octet ${at}`);
}
