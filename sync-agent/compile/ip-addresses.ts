import { canonicalAddress } from "../../contract/index.ts";
import type { Warning } from "../warning.ts";

/** Addresses of an object in canonical text, without those that are none; `field` names each for its warning. */
export function readAddresses(
  object: string,
  texts: readonly string[],
  field: (index: number) => string,
): { addresses: string[]; warnings: Warning[] } {
  const addresses: string[] = [];
  const warnings: Warning[] = [];
  for (const [index, text] of texts.entries()) {
    const address = canonicalAddress(text);
    if (address !== undefined) addresses.push(address);
    else {
      warnings.push({
        object,
        field: field(index),
        reason: "ObjectInvalid",
        message: `"${text}" is not an IP address; it is ignored.`,
        remedy: "Write an IPv4 or IPv6 address, without a port or a prefix length.",
      });
    }
  }
  return { addresses, warnings };
}
