import { TYPE } from "../wire/codes.ts";
import { DnsFormatError } from "../wire/format-error.ts";
import { Name } from "../wire/name.ts";
import { nameFromText, nameToText } from "../wire/name-text.ts";
import type { ResourceRecord } from "../wire/record.ts";
import type { NameRewriter } from "./name-rewriter.ts";

/** One thing that is done to every record of an answer. */
export type RecordRewrite = (record: ResourceRecord) => ResourceRecord;

export function ownerRewrite(rewriter: NameRewriter): RecordRewrite {
  return (record) => {
    const name = rewritten(record.name, rewriter);
    return name === record.name ? record : { ...record, name };
  };
}

/** The one name that CoreDNS looks at in a record's data: of SOA the first name server. */
export function valueRewrite(rewriter: NameRewriter): RecordRewrite {
  return (record) => {
    switch (record.type) {
      case "CNAME":
      case "NS":
      case "PTR":
      case "SRV": {
        const target = rewritten(record.target, rewriter);
        return target === record.target ? record : { ...record, target };
      }
      case "SOA": {
        const primary = rewritten(record.primary, rewriter);
        return primary === record.primary ? record : { ...record, primary };
      }
      case "opaque":
        return record.code === TYPE.MX ? exchangerRewrite(record, rewriter) : record;
      case "A":
      case "AAAA":
      case "TXT":
        return record;
    }
  };
}

/** TTLs below and above a range become its ends. */
export function ttlRewrite(min: number, max: number): RecordRewrite {
  return (record) => {
    const ttl = Math.min(Math.max(record.ttl, min), max);
    return ttl === record.ttl ? record : { ...record, ttl };
  };
}

/** What becomes no name stays as it was. */
function rewritten(name: Name, rewriter: NameRewriter): Name {
  const text = rewriter(nameToText(name));
  if (text === undefined) return name;
  try {
    return nameFromText(text);
  } catch (error) {
    if (error instanceof DnsFormatError) return name;
    throw error;
  }
}

const PREFERENCE_OCTETS = 2;

function exchangerRewrite(
  record: Extract<ResourceRecord, { type: "opaque" }>,
  rewriter: NameRewriter,
): ResourceRecord {
  const exchanger = wholeName(record.data.subarray(PREFERENCE_OCTETS));
  const target = exchanger && rewritten(exchanger, rewriter);
  if (target === undefined || target === exchanger) return record;
  const data = new Uint8Array(PREFERENCE_OCTETS + target.wire.length);
  data.set(record.data.subarray(0, PREFERENCE_OCTETS));
  data.set(target.wire, PREFERENCE_OCTETS);
  return { ...record, data };
}

/** A name in uncompressed wire form, where the octets are one from the first to the last. */
function wholeName(wire: Uint8Array): Name | undefined {
  let at = 0;
  while (at < wire.length) {
    const length = wire[at] ?? 0;
    if (length === 0) return at + 1 === wire.length ? Name.ofCheckedWire(wire) : undefined;
    if (length > 63) return undefined;
    at += 1 + length;
  }
  return undefined;
}
