/** Data of records by their types, from the text of master files to wire form. */
import type { Labels } from "../names.ts";
import type { ZoneFileError } from "./error.ts";
import type { Field } from "./lexer.ts";
import { MAX_RDATA, RdataReader } from "./rdata-reader.ts";
import { readServiceParameters } from "./service-parameters.ts";

type Read = (reader: RdataReader) => void;

/** IANA, "DNS Security Algorithm Numbers". */
const ALGORITHMS: Readonly<Record<string, number>> = {
  RSAMD5: 1,
  DH: 2,
  DSA: 3,
  RSASHA1: 5,
  DSANSEC3SHA1: 6,
  RSASHA1NSEC3SHA1: 7,
  RSASHA256: 8,
  RSASHA512: 10,
  ECCGOST: 12,
  ECDSAP256SHA256: 13,
  ECDSAP384SHA384: 14,
  ED25519: 15,
  ED448: 16,
};

/** RFC 4398 2.1. */
const CERTIFICATES: Readonly<Record<string, number>> = {
  PKIX: 1,
  SPKI: 2,
  PGP: 3,
  IPKIX: 4,
  ISPKI: 5,
  IPGP: 6,
  ACPKIX: 7,
  IACPKIX: 8,
  URI: 253,
  OID: 254,
};

const name: Read = (reader) => reader.name("target");

const preferred: Read = (reader) => {
  reader.number("preference", 2);
  reader.name("target");
};

const delegationSigner: Read = (reader) => {
  reader.number("key tag", 2);
  reader.mnemonic("algorithm", 1, ALGORITHMS);
  reader.number("digest type", 1);
  reader.hexadecimal("digest");
};

const key: Read = (reader) => {
  reader.number("flags", 2);
  reader.number("protocol", 1);
  reader.mnemonic("algorithm", 1, ALGORITHMS);
  reader.base64("key");
};

const association: Read = (reader) => {
  reader.number("usage", 1);
  reader.number("selector", 1);
  reader.number("matching type", 1);
  reader.hexadecimal("data");
};

const service: Read = (reader) => {
  reader.number("priority", 2);
  reader.name("target");
  readServiceParameters(reader);
};

const soa: Read = (reader) => {
  reader.name("primary name server");
  reader.name("mailbox");
  reader.number("serial", 4);
  for (const what of ["refresh", "retry", "expire", "minimum"]) reader.seconds(what);
};

const READERS: ReadonlyMap<number, Read> = new Map<number, Read>([
  [1, (reader) => reader.address(4)],
  [2, name],
  [5, name],
  [6, soa],
  [12, name],
  [
    13,
    (reader) => {
      reader.string("CPU");
      reader.string("OS");
    },
  ],
  [15, preferred],
  [16, (reader) => reader.strings("text")],
  [
    17,
    (reader) => {
      reader.name("mailbox");
      reader.name("name of texts");
    },
  ],
  [18, preferred],
  [28, (reader) => reader.address(6)],
  [
    33,
    (reader) => {
      for (const what of ["priority", "weight", "port"]) reader.number(what, 2);
      reader.name("target");
    },
  ],
  [
    35,
    (reader) => {
      for (const what of ["order", "preference"]) reader.number(what, 2);
      for (const what of ["flags", "services", "expression"]) reader.string(what);
      reader.name("replacement");
    },
  ],
  [36, preferred],
  [
    37,
    (reader) => {
      reader.mnemonic("type", 2, CERTIFICATES);
      reader.number("key tag", 2);
      reader.mnemonic("algorithm", 1, ALGORITHMS);
      reader.base64("certificate");
    },
  ],
  [39, name],
  [43, delegationSigner],
  [
    44,
    (reader) => {
      reader.number("algorithm", 1);
      reader.number("type", 1);
      reader.hexadecimal("fingerprint");
    },
  ],
  [48, key],
  [52, association],
  [53, association],
  [59, delegationSigner],
  [60, key],
  [61, (reader) => reader.base64("key")],
  [64, service],
  [65, service],
  [99, (reader) => reader.strings("text")],
  [
    256,
    (reader) => {
      reader.number("priority", 2);
      reader.number("weight", 2);
      reader.bareString("target");
    },
  ],
  [
    257,
    (reader) => {
      reader.number("flags", 1);
      const tag = reader.text("tag");
      const isTag = tag.length > 0 && tag.length <= 255 && /^[a-z0-9]+$/i.test(String.fromCharCode(...tag));
      if (!isTag) throw reader.error("the tag is no word", "Write issue, issuewild or iodef.");
      reader.octets.push(tag.length, ...tag);
      reader.bareString("value");
    },
  ],
]);

/** Whether the text form of a type's data is known here; `\#` is for every type. */
export function isReadable(type: number): boolean {
  return READERS.has(type);
}

/** @throws ZoneFileError */
export function readRdata(
  type: number,
  fields: readonly Field[],
  { origin, line }: { readonly origin: Labels; readonly line: number },
): Uint8Array {
  const reader = new RdataReader(fields, origin, line);
  const [first] = fields;
  if (first?.text === String.raw`\#` && !first.isQuoted) readGeneric(reader);
  else READERS.get(type)?.(reader);
  reader.end();
  if (reader.octets.length > MAX_RDATA) throw tooLong(reader);
  return Uint8Array.from(reader.octets);
}

function tooLong(reader: RdataReader): ZoneFileError {
  return reader.error("the record is longer than 65,535 octets", "Make several of it.");
}

/** RFC 3597 5: `\# LENGTH HEXADECIMAL`. */
function readGeneric(reader: RdataReader): void {
  reader.next("length");
  const length = reader.number("length", 2);
  reader.octets.length = 0;
  if (length > 0) reader.hexadecimal("data");
  if (reader.octets.length !== length) {
    throw reader.error(
      `the data has ${reader.octets.length} octets, not ${length}`,
      "Write the data's length.",
    );
  }
}
