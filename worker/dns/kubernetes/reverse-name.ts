import { formatIPv6, hexDigit } from "../wire/address.ts";
import type { Name } from "../wire/name.ts";
import { nameFromText } from "../wire/name-text.ts";

const IN_ADDR_ARPA = nameFromText("in-addr.arpa.");
const IP6_ARPA = nameFromText("ip6.arpa.");

/** Whether a name, or a zone, lies in reverse DNS. */
export function isReverse(name: Name): boolean {
  return name.labelsAbove(IN_ADDR_ARPA) !== undefined || name.labelsAbove(IP6_ARPA) !== undefined;
}

/**
 * The address, in canonical text, that a name of reverse DNS stands for (RFC 1035 3.5, RFC 3596 2.5); `undefined` for
 * other names.
 */
export function reverseAddressOf(name: Name): string | undefined {
  if (name.labelsAbove(IN_ADDR_ARPA) === 4) {
    const parts = name.foldedLabels(4);
    if (!parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return undefined;
    return parts.toReversed().join(".");
  }
  if (name.labelsAbove(IP6_ARPA) === 32) {
    const nibbles = name
      .foldedLabels(32)
      .map((label) => (label.length === 1 ? hexDigit(label.charCodeAt(0)) : -1));
    if (nibbles.includes(-1)) return undefined;
    nibbles.reverse();
    const octets = Uint8Array.from(
      { length: 16 },
      (_, i) => ((nibbles[2 * i] ?? 0) << 4) | (nibbles[2 * i + 1] ?? 0),
    );
    return formatIPv6(octets);
  }
  return undefined;
}
