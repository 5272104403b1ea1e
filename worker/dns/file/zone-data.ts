/** A file zone in memory: made of its record once, its data decoded when it is first asked for. */
import { type FileZone, fromBase64, type Rrset } from "../../../contract/index.ts";
import { CLASS, TYPE } from "../wire/codes.ts";
import { readRecordData } from "../wire/decode-record.ts";
import { DnsFormatError } from "../wire/format-error.ts";
import type { Name } from "../wire/name.ts";
import { nameFromText, nameToKey } from "../wire/name-text.ts";
import { Reader } from "../wire/reader.ts";
import type { ResourceRecord } from "../wire/record.ts";

/** What one owner has. */
export class ZoneNode {
  readonly name: Name;
  readonly #rrsets: ReadonlyMap<number, Rrset>;
  readonly #decoded = new Map<number, readonly ResourceRecord[]>();

  constructor(name: Name, rrsets: readonly Rrset[]) {
    this.name = name;
    this.#rrsets = new Map(rrsets.map((rrset) => [rrset.type, rrset]));
  }

  records(type: number): readonly ResourceRecord[] {
    const known = this.#decoded.get(type);
    if (known !== undefined) return known;
    const rrset = this.#rrsets.get(type);
    if (rrset === undefined) return [];
    const records = decode(this.name, rrset);
    this.#decoded.set(type, records);
    return records;
  }
}

export class ZoneData {
  readonly apex: Name;
  readonly soa: readonly ResourceRecord[];
  readonly nameServers: readonly ResourceRecord[];
  readonly #nodes = new Map<string, ZoneNode>();
  /** Names with something below them: they exist, with records of their own or without (RFC 4592 2.2.2). */
  readonly #inner = new Set<string>();

  constructor(apex: Name, file: FileZone) {
    this.apex = apex;
    const apexKey = nameToKey(apex);
    const ofApex = new ZoneNode(apex, file.names[apexKey] ?? []);
    this.soa = ofApex.records(TYPE.SOA);
    this.nameServers = ofApex.records(TYPE.NS);
    this.#inner.add(apexKey);
    for (const [key, rrsets] of Object.entries(file.names)) {
      // SOA and NS of the apex stand apart: they neither delegate nor are found by aliases (CoreDNS).
      const others =
        key === apexKey ? rrsets.filter(({ type }) => type !== TYPE.SOA && type !== TYPE.NS) : rrsets;
      if (others.length === 0) continue;
      this.#nodes.set(key, new ZoneNode(nameFromText(key), others));
      this.#addAncestors(key);
    }
  }

  node(key: string): ZoneNode | undefined {
    return this.#nodes.get(key);
  }

  exists(key: string): boolean {
    return this.#nodes.has(key) || this.#inner.has(key);
  }

  /** Dots within labels are escaped in keys. */
  #addAncestors(key: string): void {
    for (let dot = key.indexOf("."); dot >= 0; dot = key.indexOf(".", dot + 1)) {
      const ancestor = key.slice(dot + 1);
      if (this.#inner.has(ancestor)) return;
      this.#inner.add(ancestor);
    }
  }
}

const known = new WeakMap<FileZone, ZoneData>();

/** @param apex always the same for a record */
export function zoneDataOf(file: FileZone, apex: Name): ZoneData {
  const made = known.get(file);
  if (made !== undefined) return made;
  const data = new ZoneData(apex, file);
  known.set(file, data);
  return data;
}

/** The agent has read what it publishes; data that no reader takes for its type is none all the same. */
function decode(name: Name, { type, ttl, data }: Rrset): ResourceRecord[] {
  return data.flatMap((text) => {
    const octets = fromBase64(text);
    if (octets === undefined) return [];
    const head = { name, code: type, class: CLASS.IN, rawTtl: ttl, dataLength: octets.length };
    try {
      return [readRecordData(new Reader(octets), head)];
    } catch (error) {
      if (error instanceof DnsFormatError) return [];
      throw error;
    }
  });
}
