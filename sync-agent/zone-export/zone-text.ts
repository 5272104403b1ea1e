/** A zone of published names as a file (RFC 1035 5), in the order of a transfer (RFC 5936 2.2). Pure. */
import { addressFamily, type PublishedName, type ZoneRecord } from "../../contract/index.ts";
import { compareText } from "../compile/text-order.ts";

export interface ZoneTextOptions {
  /** Lower case, without the dot at the end. */
  readonly zone: string;
  /** Names of the zone's servers, as `zone`; the first is the primary. */
  readonly nameServers: readonly string[];
  /** Of names that say none, in seconds. */
  readonly ttl: number;
  readonly serial: number;
}

interface Line {
  readonly owner: string;
  readonly ttl: number;
  readonly type: keyof typeof TYPES;
  readonly data: string;
}

/** Within an owner records stand in the order of their types' numbers. */
const TYPES = { A: 1, NS: 2, CNAME: 5, AAAA: 28, SRV: 33, HTTPS: 65 } as const;

/** The SOA record stands first and last. Between, owners are in canonical order (RFC 4034 6.1). */
export function zoneText(records: ReadonlyMap<string, ZoneRecord>, options: ZoneTextOptions): string {
  const { zone, nameServers, ttl, serial } = options;
  const [primary = zone] = nameServers;
  const soa = `${zone}. ${ttl} IN SOA ${primary}. hostmaster.${zone}. ${serial} 7200 1800 86400 ${ttl}`;
  const servers = nameServers.map((server): Line => ({ owner: zone, ttl, type: "NS", data: `${server}.` }));
  const published = [...records].flatMap(([key, record]) => {
    const name = key.slice(key.indexOf("/") + 1);
    const isWithin = name === zone || name.endsWith(`.${zone}`);
    return record.kind === "published" && isWithin ? linesOf(name, record, record.ttl ?? ttl) : [];
  });
  const lines = [...servers, ...published].toSorted(compareLines);
  return [soa, ...lines.map(lineText), soa, ""].join("\n");
}

function linesOf(owner: string, record: PublishedName, ttl: number): Line[] {
  const { addresses, alias, alpn, ports } = record;
  const target = `${alias ?? owner}.`;
  const services = ports.map(({ name, protocol, port }): Line => ({
    owner: `_${name.toLowerCase()}._${protocol}.${owner}`,
    ttl,
    type: "SRV",
    data: `0 100 ${port} ${target}`,
  }));
  if (alias !== undefined) return [{ owner, ttl, type: "CNAME", data: target }, ...services];
  const own = addresses.map((address): Line => ({
    owner,
    ttl,
    type: addressFamily(address) === 4 ? "A" : "AAAA",
    data: address,
  }));
  const https: Line[] =
    alpn === undefined ? [] : [{ owner, ttl, type: "HTTPS", data: httpsText(alpn, addresses) }];
  return [...own, ...https, ...services];
}

/** RFC 9460 2.1. */
function httpsText(alpn: readonly string[], addresses: readonly string[]): string {
  const hints = ([4, 6] as const).flatMap((family) => {
    const same = addresses.filter((address) => addressFamily(address) === family);
    return same.length === 0 ? [] : [`ipv${family}hint=${same.join(",")}`];
  });
  return ["1", ".", `alpn="${alpn.join(",")}"`, ...hints].join(" ");
}

function lineText({ owner, ttl, type, data }: Line): string {
  return `${owner}. ${ttl} IN ${type} ${data}`;
}

function compareLines(a: Line, b: Line): number {
  return compareOwners(a.owner, b.owner) || TYPES[a.type] - TYPES[b.type] || compareText(a.data, b.data);
}

/** By labels from the right; a name stands before those below it. */
export function compareOwners(a: string, b: string): number {
  const [left, right] = [a.split(".").toReversed(), b.split(".").toReversed()];
  for (const [index, label] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = compareText(label, other);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
