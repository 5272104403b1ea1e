import ipaddr from "ipaddr.js";

/** Names that mean something within a network alone (RFC 6761, 6762, 7686, 8375, and ICANN's `.internal`). */
const PRIVATE_NAMES = [
  "localhost",
  "local",
  "localdomain",
  "internal",
  "intranet",
  "lan",
  "home.arpa",
  "onion",
];

/**
 * Why requests must not go to a host over the public network, as in `10.0.0.1 is no public address`; `undefined` where
 * they may. What users write must reach no private, loopback, link-local and metadata addresses, and no names that only
 * a network of one's own resolves.
 *
 * @param hostname as `URL.hostname` has it: lower case, an IPv6 address in brackets, an IPv4 one in its usual form
 * @param clusterDomain in lower case
 */
export function whyNotPublic(hostname: string, clusterDomain: string): string | undefined {
  const name = hostname.replace(/\.$/, "");
  const literal = name.replace(/^\[(.*)\]$/, "$1");
  if (ipaddr.isValid(literal)) {
    const range = ipaddr.process(literal).range();
    return range === "unicast" ? undefined : `${literal} is no public address (${range})`;
  }
  if (!name.includes(".")) return `${name} has no domain, and so is no public name`;
  const suffix = [...PRIVATE_NAMES, "svc", clusterDomain].find((suffix) => name.endsWith(`.${suffix}`));
  return suffix && `${name} is no public name: .${suffix} means something within a network alone`;
}
