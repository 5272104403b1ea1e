import ipaddr from "ipaddr.js";
import { OptionError } from "../errors.ts";

type Range = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/** What an address stands in is too dangerous to be allowed as part of something larger: clouds serve credentials there. */
const GUARDED = ["169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128"].map((text) => ipaddr.parseCIDR(text));

/** Says of a canonical address (contract/address.ts) whether it may be dialed. */
export type IsAllowed = (address: string) => boolean;

/**
 * @param ranges CIDRs. Link-local and metadata addresses are allowed by ranges that lie wholly within theirs, and
 *   never by a larger one such as 0.0.0.0/0.
 * @throws OptionError for what is not a CIDR
 */
export function allowedTargets(ranges: readonly string[]): IsAllowed {
  const allowed = ranges.map(parseRange);
  return (text) => {
    const address = ipaddr.process(text);
    const guard = GUARDED.find((range) => contains(range, address));
    return allowed.some((range) => contains(range, address) && (guard === undefined || lies(range, guard)));
  };
}

function parseRange(text: string): Range {
  try {
    return ipaddr.parseCIDR(text.trim());
  } catch (error) {
    throw new OptionError(`target ${text}`, "is not an address range; write it as 10.0.0.0/8 or fd00::/8", {
      cause: error,
    });
  }
}

function contains([network, bits]: Range, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return network.kind() === address.kind() && address.match(network, bits);
}

function lies(inner: Range, outer: Range): boolean {
  return inner[1] >= outer[1] && contains(outer, inner[0]);
}
