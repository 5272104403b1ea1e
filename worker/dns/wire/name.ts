import { DnsFormatError } from "./format-error.ts";

/** Octets of a name in wire form, its length octets and the root's zero included (RFC 1035 2.3.4). */
export const MAX_NAME_OCTETS = 255;
export const MAX_LABEL_OCTETS = 63;

/** Octet to its ASCII lower case. Length octets are at most 63, so folding leaves them as they are. */
export const FOLD = Uint8Array.from({ length: 256 }, (_, octet) =>
  octet >= 65 && octet <= 90 ? octet + 32 : octet,
);

/** Octet to its folded character: a label's text is Latin-1, so that distinct labels stay distinct. */
const FOLDED_CHARS = Array.from(FOLD, (octet) => String.fromCharCode(octet));

/**
 * A domain name: a sequence of labels of any octets, a dot among them. It keeps the case that it came in and compares
 * without (RFC 4343). Text is for people, see name-text.ts.
 */
export class Name {
  /** Uncompressed wire form: labels with their length octets, then the root's zero. Never changed. */
  readonly wire: Uint8Array;

  private constructor(wire: Uint8Array) {
    this.wire = wire;
  }

  static readonly root = new Name(new Uint8Array(1));

  /** For the decoder, which has checked labels and length; the octets must not change any more. */
  static ofCheckedWire(wire: Uint8Array): Name {
    return new Name(wire);
  }

  /**
   * The name made of labels (Latin-1 texts, dots are part of a label) in front of another name.
   *
   * @throws DnsFormatError for an empty label, one over 63 octets, or a name over 255.
   */
  static under(parent: Name, ...labels: readonly string[]): Name {
    let length = parent.wire.length;
    for (const label of labels) length += 1 + label.length;
    if (length > MAX_NAME_OCTETS) throw new DnsFormatError("name", `is ${length} octets long, 255 at most`);
    const wire = new Uint8Array(length);
    let at = 0;
    for (const label of labels) {
      if (label.length === 0 || label.length > MAX_LABEL_OCTETS) {
        throw new DnsFormatError("name", `has a label of ${label.length} octets, 1 to 63 are allowed`);
      }
      wire[at++] = label.length;
      for (let i = 0; i < label.length; i++) {
        const octet = label.charCodeAt(i);
        if (octet > 0xff) throw new DnsFormatError("name", "has a character that is no octet");
        wire[at++] = octet;
      }
    }
    wire.set(parent.wire, at);
    return new Name(wire);
  }

  equals(other: Name): boolean {
    return this === other || (this.wire.length === other.wire.length && this.#endsWith(other, 0));
  }

  /** How many labels stand before `zone` where this name is the zone's or below it; `undefined` elsewhere. */
  labelsAbove(zone: Name): number | undefined {
    const wire = this.wire;
    const cut = wire.length - zone.wire.length;
    // Most zones that a name is not in end otherwise.
    if (cut < 0 || !this.#endsWith(zone, cut)) return undefined;
    let labels = 0;
    let at = 0;
    while (at < cut) {
      at += 1 + (wire[at] ?? 0);
      labels++;
    }
    return at === cut ? labels : undefined;
  }

  /** The first labels, in lower case, as Latin-1 texts. */
  foldedLabels(count: number): string[] {
    const wire = this.wire;
    const labels: string[] = [];
    let at = 0;
    while (labels.length < count) {
      const end = at + 1 + (wire[at] ?? 0);
      let label = "";
      for (let i = at + 1; i < end; i++) label += FOLDED_CHARS[wire[i] ?? 0];
      labels.push(label);
      at = end;
    }
    return labels;
  }

  /** The first labels as they are, as Latin-1 texts. */
  labels(count: number): string[] {
    const labels: string[] = [];
    let at = 0;
    while (labels.length < count) {
      const end = at + 1 + (this.wire[at] ?? 0);
      labels.push(String.fromCharCode(...this.wire.subarray(at + 1, end)));
      at = end;
    }
    return labels;
  }

  /** Where, in wire form, the name without its first labels begins. */
  offsetOf(labels: number): number {
    let at = 0;
    for (let i = 0; i < labels; i++) at += 1 + (this.wire[at] ?? 0);
    return at;
  }

  /** The name without its first labels, in its own case. */
  parent(labels: number): Name {
    const at = this.offsetOf(labels);
    return at === 0 ? this : new Name(this.wire.subarray(at));
  }

  /** Whether the name without its first labels is the other, in the same case. */
  hasParent(labels: number, other: Name): boolean {
    const a = this.wire;
    const b = other.wire;
    const from = this.offsetOf(labels);
    if (a.length - from !== b.length) return false;
    for (let i = 0; i < b.length; i++) if (a[from + i] !== b[i]) return false;
    return true;
  }

  #endsWith(suffix: Name, from: number): boolean {
    const a = this.wire;
    const b = suffix.wire;
    for (let i = b.length - 1; i >= 0; i--) {
      const x = a[from + i] ?? 0;
      const y = b[i] ?? 0;
      if (x !== y && FOLD[x] !== FOLD[y]) return false;
    }
    return true;
  }
}
