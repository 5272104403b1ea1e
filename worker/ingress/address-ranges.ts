import ipaddr from "ipaddr.js";

/** Says of a canonical address (contract/address.ts) whether it lies in one of some ranges. */
export type AddressTest = (address: string) => boolean;

type Range = readonly [network: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

/** @param ranges in CIDR notation; `undefined` is the answer where one of them is not */
export function addressTest(ranges: readonly string[]): AddressTest | undefined {
  if (!ranges.every((range) => ipaddr.isValidCIDR(range))) return undefined;
  const parsed = ranges.map((range) => unmapped(ipaddr.parseCIDR(range)));
  return (text) => {
    const address = ipaddr.process(text);
    return parsed.some(
      ([network, bits]) => network.kind() === address.kind() && address.match(network, bits),
    );
  };
}

/** A range of IPv4 addresses that is written as one of IPv6, as addresses themselves are read (RFC 4291 2.5.5.2). */
function unmapped(range: Range): Range {
  const [network, bits] = range;
  if (!(network instanceof ipaddr.IPv6) || !network.isIPv4MappedAddress() || bits < 96) return range;
  return [network.toIPv4Address(), bits - 96];
}
