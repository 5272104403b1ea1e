import { formatIPv4, formatIPv6 } from "./address.ts";
import { CLASS, TYPE } from "./codes.ts";
import { readOpaqueData } from "./expand-data.ts";
import { DnsFormatError } from "./format-error.ts";
import type { Name } from "./name.ts";
import type { Reader } from "./reader.ts";
import type { ResourceRecord } from "./record.ts";

/** What every record begins with, and how long its data is. */
export interface RecordHead {
  readonly name: Name;
  readonly code: number;
  readonly class: number;
  /** Of OPT it carries other things, see edns. */
  readonly rawTtl: number;
  readonly dataLength: number;
}

export function readRecordHead(reader: Reader): RecordHead {
  return {
    name: reader.name(),
    code: reader.uint16(),
    class: reader.uint16(),
    rawTtl: reader.uint32(),
    dataLength: reader.uint16(),
  };
}

export function readRecordData(reader: Reader, head: RecordHead): ResourceRecord {
  const end = reader.position + head.dataLength;
  if (head.dataLength > reader.remaining) {
    throw new DnsFormatError("record", `claims ${head.dataLength} octets of data, more than there are`);
  }
  const record = readData(reader, head);
  if (reader.position !== end) {
    throw new DnsFormatError(
      `RDATA of ${record.type}`,
      `takes ${reader.position - end + head.dataLength} octets, RDLENGTH says ${head.dataLength}`,
    );
  }
  return record;
}

function readData(reader: Reader, head: RecordHead): ResourceRecord {
  const { name, code, dataLength } = head;
  // RFC 2181 8: a TTL with the top bit set counts as zero.
  const ttl = head.rawTtl > 0x7fffffff ? 0 : head.rawTtl;
  if (head.class === CLASS.IN) {
    switch (code) {
      case TYPE.A:
        return { name, ttl, type: "A", address: formatIPv4(address(reader, head, 4)) };
      case TYPE.AAAA:
        return { name, ttl, type: "AAAA", address: formatIPv6(address(reader, head, 16)) };
      case TYPE.NS:
        return { name, ttl, type: "NS", target: reader.name() };
      case TYPE.CNAME:
        return { name, ttl, type: "CNAME", target: reader.name() };
      case TYPE.PTR:
        return { name, ttl, type: "PTR", target: reader.name() };
      case TYPE.SOA:
        return {
          name,
          ttl,
          type: "SOA",
          primary: reader.name(),
          mailbox: reader.name(),
          serial: reader.uint32(),
          refresh: reader.uint32(),
          retry: reader.uint32(),
          expire: reader.uint32(),
          minimum: reader.uint32(),
        };
      case TYPE.SRV:
        return {
          name,
          ttl,
          type: "SRV",
          priority: reader.uint16(),
          weight: reader.uint16(),
          port: reader.uint16(),
          target: reader.name(),
        };
      case TYPE.TXT:
        return { name, ttl, type: "TXT", strings: characterStrings(reader, dataLength) };
      default:
    }
  }
  return { name, ttl, type: "opaque", code, class: head.class, data: readOpaqueData(reader, head) };
}

function address(reader: Reader, { code, dataLength }: RecordHead, length: number): Uint8Array {
  if (dataLength !== length) {
    throw new DnsFormatError(`RDATA of type ${code}`, `has ${dataLength} octets in place of ${length}`);
  }
  return reader.octets(length);
}

function characterStrings(reader: Reader, dataLength: number): Uint8Array[] {
  const end = reader.position + dataLength;
  const strings: Uint8Array[] = [];
  do strings.push(reader.octets(reader.uint8()));
  while (reader.position < end);
  return strings;
}
