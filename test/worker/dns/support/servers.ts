/** Snapshots whose resolver is configured by plugins, and zones from text. */
import { type DnsPlugin, type FileZone, type Rrset, toBase64 } from "../../../../contract/index.ts";
import { formatIPv6, writeIPv4, writeIPv6 } from "../../../../worker/dns/wire/address.ts";
import { nameFromText, nameToKey } from "../../../../worker/dns/wire/name-text.ts";
import { TYPE_CODES } from "../../../../worker/dns/wire/record-text.ts";
import type { SnapshotView } from "../../../../worker/snapshot/view.ts";
import { type SomeRecords, type ViewOptions, viewOf } from "./snapshot.ts";

/** One server block for everything. */
export function viewWith(
  plugins: readonly DnsPlugin[],
  records: SomeRecords = {},
  options: ViewOptions = {},
): SnapshotView {
  const view = viewOf(records, options);
  const dns = {
    domain: "cluster.local",
    servers: [{ zones: ["."], plugins: [...plugins], refusesOthers: true as const }],
  };
  return { ...view, root: { ...view.root, settings: { dns } } };
}

/** Lines `owner TTL TYPE data`, names absolute. */
export function zoneOf(text: string): FileZone {
  const names: Record<string, Rrset[]> = {};
  for (const line of text.trim().split("\n")) {
    const [owner = "", ttl = "", mnemonic = "", ...data] = line.trim().split(/ +/);
    const type = TYPE_CODES.get(mnemonic);
    if (type === undefined) throw new Error(`no type in ${line}`);
    const key = nameToKey(nameFromText(owner));
    const rrsets = (names[key] ??= []);
    const octets = toBase64(Uint8Array.from(rdata(mnemonic, data)));
    const before = rrsets.findIndex((rrset) => rrset.type === type);
    const known = rrsets[before];
    if (known === undefined) rrsets.push({ type, ttl: Number(ttl), data: [octets] });
    else rrsets[before] = { ...known, data: [...known.data, octets] };
  }
  return { kind: "file", source: "a test", names };
}

function rdata(mnemonic: string, words: readonly string[]): number[] {
  const uint16 = (text = "") => [Number(text) >> 8, Number(text) & 0xff];
  const uint32 = (text = "") => [
    ...uint16(String(Number(text) >>> 16)),
    ...uint16(String(Number(text) & 0xffff)),
  ];
  const name = (text = "") => [...nameFromText(text).wire];
  switch (mnemonic) {
    case "A": {
      const octets = new Uint8Array(4);
      writeIPv4(words[0] ?? "", octets, 0);
      return [...octets];
    }
    case "AAAA": {
      const octets = new Uint8Array(16);
      writeIPv6(words[0] ?? "", octets, 0);
      if (formatIPv6(octets) !== words[0]) throw new Error(`not canonical: ${words[0]}`);
      return [...octets];
    }
    case "MX":
      return [...uint16(words[0]), ...name(words[1])];
    case "SRV":
      return [...words.slice(0, 3).flatMap((word) => uint16(word)), ...name(words[3])];
    case "SOA":
      return [...name(words[0]), ...name(words[1]), ...words.slice(2).flatMap((word) => uint32(word))];
    case "TXT":
      return words.flatMap((word) => [word.length, ...new TextEncoder().encode(word)]);
    case "HTTPS":
      return [...uint16(words[0]), ...name(words[1])];
    case "DS":
      return [...uint16(words[0]), ...words.slice(1).map(Number)];
    default:
      return name(words[0]);
  }
}
