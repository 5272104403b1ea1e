/**
 * Resolvers that are known by their addresses and by the names of their certificates, and where they answer DNS over
 * HTTPS: as their operators document it.
 */
import { canonicalAddress } from "../../contract/index.ts";

export interface KnownResolver {
  readonly operator: string;
  readonly url: string;
  /** Names in certificates, for DNS over TLS. */
  readonly names: readonly string[];
  readonly addresses: readonly string[];
}

export const KNOWN_RESOLVERS: readonly KnownResolver[] = [
  {
    operator: "Cloudflare",
    url: "https://cloudflare-dns.com/dns-query",
    names: ["cloudflare-dns.com", "one.one.one.one", "1dot1dot1dot1.cloudflare-dns.com"],
    addresses: ["1.1.1.1", "1.0.0.1", "2606:4700:4700::1111", "2606:4700:4700::1001"],
  },
  {
    operator: "Cloudflare, without malware",
    url: "https://security.cloudflare-dns.com/dns-query",
    names: ["security.cloudflare-dns.com"],
    addresses: ["1.1.1.2", "1.0.0.2", "2606:4700:4700::1112", "2606:4700:4700::1002"],
  },
  {
    operator: "Cloudflare, for families",
    url: "https://family.cloudflare-dns.com/dns-query",
    names: ["family.cloudflare-dns.com"],
    addresses: ["1.1.1.3", "1.0.0.3", "2606:4700:4700::1113", "2606:4700:4700::1003"],
  },
  {
    operator: "Google",
    url: "https://dns.google/dns-query",
    names: ["dns.google", "dns.google.com"],
    addresses: ["8.8.8.8", "8.8.4.4", "2001:4860:4860::8888", "2001:4860:4860::8844"],
  },
  {
    operator: "Quad9",
    url: "https://dns.quad9.net/dns-query",
    names: ["dns.quad9.net", "dns9.quad9.net"],
    addresses: ["9.9.9.9", "149.112.112.112", "149.112.112.9", "2620:fe::fe", "2620:fe::9"],
  },
  {
    operator: "Quad9, unfiltered",
    url: "https://dns10.quad9.net/dns-query",
    names: ["dns10.quad9.net"],
    addresses: ["9.9.9.10", "149.112.112.10", "2620:fe::10", "2620:fe::fe:10"],
  },
  {
    operator: "Quad9, with client subnets",
    url: "https://dns11.quad9.net/dns-query",
    names: ["dns11.quad9.net"],
    addresses: ["9.9.9.11", "149.112.112.11", "2620:fe::11", "2620:fe::fe:11"],
  },
  {
    operator: "OpenDNS",
    url: "https://doh.opendns.com/dns-query",
    names: ["dns.opendns.com", "dns.umbrella.com"],
    addresses: ["208.67.222.222", "208.67.220.220", "2620:119:35::35", "2620:119:53::53"],
  },
  {
    operator: "OpenDNS FamilyShield",
    url: "https://doh.familyshield.opendns.com/dns-query",
    names: ["familyshield.opendns.com"],
    addresses: ["208.67.222.123", "208.67.220.123", "2620:119:35::123", "2620:119:53::123"],
  },
  {
    operator: "AdGuard",
    url: "https://dns.adguard-dns.com/dns-query",
    names: ["dns.adguard-dns.com", "dns.adguard.com"],
    addresses: ["94.140.14.14", "94.140.15.15", "2a10:50c0::ad1:ff", "2a10:50c0::ad2:ff"],
  },
  {
    operator: "AdGuard, unfiltered",
    url: "https://unfiltered.adguard-dns.com/dns-query",
    names: ["unfiltered.adguard-dns.com"],
    addresses: ["94.140.14.140", "94.140.14.141", "2a10:50c0::1:ff", "2a10:50c0::2:ff"],
  },
  {
    operator: "AdGuard, for families",
    url: "https://family.adguard-dns.com/dns-query",
    names: ["family.adguard-dns.com"],
    addresses: ["94.140.14.15", "94.140.15.16", "2a10:50c0::bad1:ff", "2a10:50c0::bad2:ff"],
  },
  {
    operator: "CleanBrowsing, security",
    url: "https://doh.cleanbrowsing.org/doh/security-filter/",
    names: ["security-filter-dns.cleanbrowsing.org"],
    addresses: ["185.228.168.9", "185.228.169.9", "2a0d:2a00:1::2", "2a0d:2a00:2::2"],
  },
  {
    operator: "CleanBrowsing, adult",
    url: "https://doh.cleanbrowsing.org/doh/adult-filter/",
    names: ["adult-filter-dns.cleanbrowsing.org"],
    addresses: ["185.228.168.10", "185.228.169.11", "2a0d:2a00:1::1", "2a0d:2a00:2::1"],
  },
  {
    operator: "CleanBrowsing, family",
    url: "https://doh.cleanbrowsing.org/doh/family-filter/",
    names: ["family-filter-dns.cleanbrowsing.org"],
    addresses: ["185.228.168.168", "185.228.169.168", "2a0d:2a00:1::", "2a0d:2a00:2::"],
  },
  {
    operator: "Mullvad",
    url: "https://dns.mullvad.net/dns-query",
    names: ["dns.mullvad.net"],
    addresses: ["194.242.2.2", "2a07:e340::2"],
  },
  {
    operator: "Mullvad, without advertisements",
    url: "https://adblock.dns.mullvad.net/dns-query",
    names: ["adblock.dns.mullvad.net"],
    addresses: ["194.242.2.3", "2a07:e340::3"],
  },
  {
    operator: "Mullvad, without advertisements and malware",
    url: "https://base.dns.mullvad.net/dns-query",
    names: ["base.dns.mullvad.net"],
    addresses: ["194.242.2.4", "2a07:e340::4"],
  },
  {
    operator: "DNS4EU, unfiltered",
    url: "https://unfiltered.joindns4.eu/dns-query",
    names: ["unfiltered.joindns4.eu"],
    addresses: ["86.54.11.100", "86.54.11.200", "2a13:1001::86:54:11:100", "2a13:1001::86:54:11:200"],
  },
  {
    operator: "DNS.SB",
    url: "https://doh.dns.sb/dns-query",
    names: ["dot.sb"],
    addresses: ["185.222.222.222", "45.11.45.11", "2a09::", "2a11::"],
  },
];

const BY_ADDRESS = new Map(
  KNOWN_RESOLVERS.flatMap(({ addresses, url }) =>
    addresses.map((address) => [canonicalAddress(address), url]),
  ),
);
const BY_NAME = new Map(KNOWN_RESOLVERS.flatMap(({ names, url }) => names.map((name) => [name, url])));

/** @param serverName of its certificate, which says more than the address where both are known. */
export function knownResolver(address: string, serverName: string | undefined): string | undefined {
  const named =
    serverName === undefined ? undefined : BY_NAME.get(serverName.toLowerCase().replace(/\.$/, ""));
  return named ?? BY_ADDRESS.get(canonicalAddress(address));
}
