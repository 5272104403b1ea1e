import ipaddr from "ipaddr.js";
import { OptionError } from "../errors.ts";

type Range = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/**
 * What is too dangerous to be allowed as part of something larger. charts/lintel/templates/_gateway.tpl has the same
 * list; the conformance suite holds both to it.
 */
const GUARDED = [
  // This machine.
  "0.0.0.0/8",
  "127.0.0.0/8",
  // Link-local, multicast, reserved and broadcast.
  "169.254.0.0/16",
  "224.0.0.0/3",
  "fe80::/10",
  "ff00::/8",
  // Where clouds serve credentials: Alibaba, Azure, Oracle, AWS, Google; most others within 169.254.0.0/16.
  "100.100.100.200/32",
  "168.63.129.16/32",
  "192.0.0.192/32",
  "fd00:ec2::/32",
  "fd20:ce::254/128",
  // Unspecified, loopback and IPv4-compatible addresses (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC 3056).
  "::/96",
  "64:ff9b::/96",
  "2002::/16",
].map((text) => ipaddr.parseCIDR(text));

/** Says of a canonical address (contract/address.ts) whether it may be dialed. */
export type IsAllowed = (address: string) => boolean;

/**
 * @param ranges CIDRs. Loopback, link-local, metadata and multicast addresses are allowed by ranges that lie wholly
 *   within theirs, and never by a larger one such as 0.0.0.0/0.
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
