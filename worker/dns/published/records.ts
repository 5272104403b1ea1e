/** Resource records of published names. */
import { addressFamily, type PublishedName } from "../../../contract/index.ts";
import { writeIPv4, writeIPv6 } from "../wire/address.ts";
import { CLASS, TYPE } from "../wire/codes.ts";
import { Name } from "../wire/name.ts";
import { nameFromText } from "../wire/name-text.ts";
import type { ResourceRecord, SoaRecord } from "../wire/record.ts";

export const HTTPS = 65;

/** Keys of SvcParams (RFC 9460 14.3.2). */
const ALPN = 1;
const IPV4_HINT = 4;
const IPV6_HINT = 6;

/** No negative answer is kept for longer, as with the cluster's own names. */
const MAX_SOA_TTL = 300;

/** @param time of the snapshot, in milliseconds since 1970 */
export function soaOf(zone: Name, ttl: number, time: number): SoaRecord {
  return {
    name: zone,
    ttl: Math.min(ttl, MAX_SOA_TTL),
    type: "SOA",
    primary: nameServerOf(zone),
    mailbox: Name.under(zone, "hostmaster"),
    serial: Math.floor(time / 1000) >>> 0,
    refresh: 7200,
    retry: 1800,
    expire: 86_400,
    minimum: ttl,
  };
}

/** As CoreDNS names that of the cluster's zone. It has no address: the resolver is asked over HTTPS. */
export function nameServerOf(zone: Name): Name {
  return Name.under(zone, "ns", "dns");
}

/** Of a name that is no alias; empty where it has none of the type. */
export function recordsOf(
  { addresses, alpn }: Pick<PublishedName, "addresses" | "alpn">,
  name: Name,
  type: number,
  ttl: number,
): ResourceRecord[] {
  if (type === HTTPS && alpn !== undefined) {
    return [{ name, ttl, type: "opaque", code: HTTPS, class: CLASS.IN, data: httpsData(alpn, addresses) }];
  }
  return addresses.flatMap((address): ResourceRecord[] => {
    const own = addressFamily(address) === 4 ? "A" : "AAAA";
    return TYPE[own] === type ? [{ name, ttl, type: own, address }] : [];
  });
}

/** The host itself serves, by these protocols and at these addresses (RFC 9460 2.2, 7). */
function httpsData(alpn: readonly string[], addresses: readonly string[]): Uint8Array {
  const protocols = alpn.flatMap((text) => [text.length, ...new TextEncoder().encode(text)]);
  const [four, six] = ([4, 6] as const).map((family) =>
    addresses.filter((address) => addressFamily(address) === family).flatMap(octetsOf),
  );
  const parameters: readonly (readonly [number, readonly number[]])[] = [
    [ALPN, protocols],
    [IPV4_HINT, four ?? []],
    [IPV6_HINT, six ?? []],
  ];
  const uint16 = (value: number) => [value >> 8, value & 0xff];
  const data = [...uint16(1), 0];
  for (const [key, value] of parameters) {
    if (value.length > 0) data.push(...uint16(key), ...uint16(value.length), ...value);
  }
  return Uint8Array.from(data);
}

function octetsOf(address: string): number[] {
  const octets = new Uint8Array(addressFamily(address) === 4 ? 4 : 16);
  if (octets.length === 4) writeIPv4(address, octets, 0);
  else writeIPv6(address, octets, 0);
  return [...octets];
}

/** Whose ports a name of SRV is about: `_https._tcp.db.example.com`, or `_tcp.db.example.com` on the way there. */
export interface ServiceName {
  readonly host: Name;
  readonly protocol: string;
  /** Absent on the way there. */
  readonly port?: string;
}

export function serviceNameOf(name: Name, labels: number): ServiceName | undefined {
  const [first = "", second = ""] = name.foldedLabels(Math.min(labels, 2));
  if (!first.startsWith("_")) return undefined;
  if (second.startsWith("_")) {
    return { host: name.parent(2), port: first.slice(1), protocol: second.slice(1) };
  }
  return { host: name.parent(1), protocol: first.slice(1) };
}

/** Ports that a name of SRV names; empty where the host has none such, and the name does not exist. */
export function portsOf(record: PublishedName, { protocol, port }: ServiceName): PublishedName["ports"] {
  return record.ports.filter(
    (it) => it.protocol === protocol && (port === undefined || it.name.toLowerCase() === port),
  );
}

export function serviceRecords(
  record: PublishedName,
  ports: PublishedName["ports"],
  owner: Name,
  host: Name,
  ttl: number,
): ResourceRecord[] {
  // The target must be no alias (RFC 2782).
  const target = record.alias === undefined ? host : nameFromText(record.alias);
  return ports.map(({ port }) => ({ name: owner, ttl, type: "SRV", priority: 0, weight: 100, port, target }));
}
