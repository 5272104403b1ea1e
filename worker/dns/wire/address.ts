/** IP addresses between text and octets, without allocation on the way out. */

const DOT = 0x2e;
const COLON = 0x3a;
const ZERO = 0x30;

/** Writes dotted quads as 4 octets; false, with octets half written, when the text is not an IPv4 address. */
export function writeIPv4(text: string, out: Uint8Array, start: number): boolean {
  let at = start;
  let value = 0;
  let digits = 0;
  for (let i = 0; i <= text.length; i++) {
    const char = i === text.length ? DOT : text.charCodeAt(i);
    if (char === DOT) {
      if (digits === 0 || at === start + 4) return false;
      out[at++] = value;
      value = 0;
      digits = 0;
    } else {
      const digit = char - ZERO;
      if (digit < 0 || digit > 9 || (digits > 0 && value === 0)) return false;
      value = value * 10 + digit;
      digits++;
      if (value > 255) return false;
    }
  }
  return at === start + 4;
}

/** Writes hexadecimal groups, `::` among them at most once, as 16 octets; false when the text is no such address. */
export function writeIPv6(text: string, out: Uint8Array, start: number): boolean {
  let at = start;
  let gap = -1;
  let i = 0;
  while (i < text.length) {
    if (text.charCodeAt(i) === COLON) {
      const second = text.charCodeAt(i + 1) === COLON;
      if (second) {
        if (gap >= 0) return false;
        gap = at;
        i += 2;
        continue;
      }
      if (at === start || gap === at) return false;
      i++;
    } else if (at !== start && gap !== at) {
      return false;
    }
    const first = i;
    let group = 0;
    while (i < text.length) {
      const digit = hexDigit(text.charCodeAt(i));
      if (digit < 0) break;
      group = group * 16 + digit;
      i++;
    }
    if (i === first || i - first > 4 || at === start + 16) return false;
    out[at++] = group >> 8;
    out[at++] = group & 0xff;
  }
  return gap < 0 ? at === start + 16 : closeGap(out, start, gap, at);
}

function closeGap(out: Uint8Array, start: number, gap: number, at: number): boolean {
  const end = start + 16;
  if (at === end) return false;
  const tail = at - gap;
  out.copyWithin(end - tail, gap, at);
  out.fill(0, gap, end - tail);
  return true;
}

/** The value of a hexadecimal digit, of either case; -1 for other characters. */
export function hexDigit(char: number): number {
  if (char >= ZERO && char <= ZERO + 9) return char - ZERO;
  const letter = (char | 0x20) - 0x61;
  return letter >= 0 && letter < 6 ? letter + 10 : -1;
}

export function formatIPv4(octets: Uint8Array): string {
  return octets.join(".");
}

/** RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups (the first of equals) as `::`. */
export function formatIPv6(octets: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((octets[2 * i] ?? 0) << 8) | (octets[2 * i + 1] ?? 0));
  let best = 0;
  let bestLength = 1;
  let length = 0;
  groups.forEach((group, i) => {
    length = group === 0 ? length + 1 : 0;
    if (length > bestLength) {
      bestLength = length;
      best = i + 1 - length;
    }
  });
  const hex = (part: readonly number[]) => part.map((group) => group.toString(16)).join(":");
  if (bestLength === 1) return hex(groups);
  return `${hex(groups.slice(0, best))}::${hex(groups.slice(best + bestLength))}`;
}
