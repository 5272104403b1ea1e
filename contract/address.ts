import ipaddr from "ipaddr.js";

/** Four decimal numbers of one octet each, without leading zeros. */
const DOTTED_QUAD = /^(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;

/**
 * The one text of an IP address: dotted quads for IPv4, RFC 5952 for IPv6, an IPv4-mapped IPv6 address as
 * IPv4. `undefined` for anything that is not an address in its usual form (`127.1` is not).
 */
export function canonicalAddress(text: string): string | undefined {
  // Asked of every host and endpoint of a cluster: the library makes an error, with its stack, of each that is none.
  if (DOTTED_QUAD.test(text)) return text;
  if (!text.includes(":") || text.includes("%") || !ipaddr.IPv6.isValid(text)) return undefined;
  return ipaddr.process(text).toString();
}

export function addressFamily(canonical: string): 4 | 6 {
  return canonical.includes(":") ? 6 : 4;
}

/** The key of section `addresses` that holds a canonical address: its /24 (IPv4) or its /64 (IPv6). */
export function addressBlock(canonical: string): string {
  if (addressFamily(canonical) === 4) return `${canonical.slice(0, canonical.lastIndexOf("."))}.0/24`;
  const parts = ipaddr.IPv6.parse(canonical).parts;
  return `${new ipaddr.IPv6([...parts.slice(0, 4), 0, 0, 0, 0]).toString()}/64`;
}

/**
 * The label of an endpoint below its Service's name in DNS: its hostname, or its address with dashes. As in CoreDNS an
 * IPv6 address that ends in `::` gets a zero, because a label must not end in a dash.
 */
export function endpointLabel({
  hostname,
  address,
}: {
  hostname?: string | undefined;
  address: string;
}): string {
  if (hostname !== undefined && hostname !== "") return hostname;
  const dashed = address.replaceAll(/[.:]/g, "-");
  return dashed.endsWith("-") ? `${dashed}0` : dashed;
}
