/** Zones as RFC 1035 5 writes them, for records of section `zones`. */
import { type FileZone, type Rrset, toBase64 } from "../../../contract/index.ts";
import { isWithinZone, type Labels, ownerText, readLabels } from "../names.ts";
import type { SourceFile } from "../source.ts";
import { rrclass, rrtype } from "../values.ts";
import { ZoneFileError } from "./error.ts";
import { type Entry, type Field, readEntries } from "./lexer.ts";
import { isReadable, readRdata } from "./rdata.ts";
import { absoluteLabels } from "./rdata-reader.ts";
import { readTtl } from "./ttl.ts";

export interface ZoneReading {
  readonly file: SourceFile;
  /** `undefined` where the zone is refused. */
  readonly names: FileZone["names"] | undefined;
  readonly error: ZoneFileError | undefined;
  /** Records that are left out. */
  readonly ignored: readonly ZoneFileError[];
}

/** Never throws for what a user wrote. @param zone as records have names */
export function readZoneFile(file: SourceFile, zone: string): ZoneReading {
  const parser = new Parser(zone);
  try {
    for (const entry of readEntries(file.text)) parser.read(entry);
    return { file, names: parser.names(), error: undefined, ignored: parser.ignored };
  } catch (error) {
    if (!(error instanceof ZoneFileError)) throw error;
    return { file, names: undefined, error, ignored: parser.ignored };
  }
}

interface ZoneRecord {
  readonly owner: string;
  readonly type: number;
  readonly ttl: number;
  readonly data: string;
}

const IN = 1;
const SOA = 6;

class Parser {
  readonly ignored: ZoneFileError[] = [];
  readonly #zone: string;
  readonly #records: ZoneRecord[] = [];
  #origin: Labels;
  #owner: Labels | undefined;
  /** Of `$TTL`, which holds for all that say nothing; else what the last record said. */
  #default: number | undefined;
  #last: number | undefined;

  constructor(zone: string) {
    this.#zone = zone;
    this.#origin = readLabels(zone) ?? [];
  }

  read({ line, beginsBlank, fields }: Entry): void {
    const [first, ...rest] = fields;
    if (first === undefined) return;
    if (!beginsBlank && !first.isQuoted && first.text.startsWith("$")) {
      this.#directive(first, rest);
      return;
    }
    if (!beginsBlank) this.#owner = this.#nameOf(first);
    const owner = this.#owner;
    if (owner === undefined) {
      throw new ZoneFileError(
        line,
        "the record has no owner, and there is none before it",
        "Begin the line with one.",
      );
    }
    this.#record(owner, beginsBlank ? fields : rest, line);
  }

  #nameOf({ text, line }: Field): Labels {
    const labels = absoluteLabels(text, this.#origin);
    if (labels !== undefined) return labels;
    throw new ZoneFileError(line, `"${text}" is no name`, "Write a domain name; labels have 1 to 63 octets.");
  }

  #directive({ text, line }: Field, [argument, ...more]: readonly Field[]): void {
    const name = text.toUpperCase();
    if (name === "$INCLUDE" || name === "$GENERATE") {
      throw new ZoneFileError(line, `${name} is not served`, "Write the records themselves.");
    }
    if (name !== "$ORIGIN" && name !== "$TTL") {
      throw new ZoneFileError(line, `"${text}" is no directive`, "Write $ORIGIN or $TTL.");
    }
    if (argument === undefined || more.length > 0) {
      throw new ZoneFileError(line, `${name} takes one argument`, "Write it, and nothing else.");
    }
    if (name === "$ORIGIN") this.#origin = this.#nameOf(argument);
    else {
      this.#default = readTtl(argument.text);
      if (this.#default === undefined) {
        throw new ZoneFileError(
          line,
          `"${argument.text}" is no TTL`,
          "Write seconds, or a time such as 1h30m.",
        );
      }
    }
  }

  /** `[TTL] [CLASS] TYPE DATA`, of which the first two may change places. */
  #record(owner: Labels, fields: readonly Field[], line: number): void {
    let ttl: number | undefined;
    let isClassed = false;
    let at = 0;
    for (; at < 2; at++) {
      const { text = "" } = fields[at] ?? {};
      const number = ttl === undefined ? readTtl(text) : undefined;
      const inClass = isClassed ? undefined : rrclass(text);
      // ANY is a type for questions only, and as a class it is none of records.
      if (inClass !== undefined && text.toUpperCase() !== "ANY") {
        if (inClass !== IN) {
          throw new ZoneFileError(line, `the record is of class ${text}`, "Write IN, or no class.");
        }
        isClassed = true;
      } else if (number !== undefined) ttl = number;
      else break;
    }
    const word = fields[at];
    const type = word === undefined ? undefined : rrtype(word.text);
    if (word === undefined || type === undefined) {
      throw new ZoneFileError(
        word?.line ?? line,
        word === undefined ? "the record has no type" : `"${word.text}" is no type of records`,
        "Write one, as in AAAA or TYPE65.",
      );
    }
    if (ttl !== undefined) this.#last = ttl;
    this.#add(owner, { type, ttl, word, fields: fields.slice(at + 1), line });
  }

  #add(
    owner: Labels,
    record: {
      readonly type: number;
      readonly ttl: number | undefined;
      readonly word: Field;
      readonly fields: readonly Field[];
      readonly line: number;
    },
  ): void {
    const { type, word, fields, line } = record;
    const isGeneric = fields[0]?.text === String.raw`\#`;
    if (!isReadable(type) && !isGeneric) {
      this.ignored.push(
        new ZoneFileError(
          line,
          `Data of type ${word.text} is not read`,
          String.raw`Write it as RFC 3597 has it: \# and its length in octets, then hexadecimal.`,
        ),
      );
      return;
    }
    const data = readRdata(type, fields, { origin: this.#origin, line });
    const name = ownerText(owner);
    const ttl = record.ttl ?? this.#default ?? this.#last ?? (type === SOA ? minimumOf(data) : undefined);
    if (ttl === undefined) {
      throw new ZoneFileError(
        line,
        "the record has no TTL, and there is none before it",
        "Write $TTL at the beginning.",
      );
    }
    this.#last ??= ttl;
    if (!isWithinZone(name, this.#zone)) {
      this.ignored.push(
        new ZoneFileError(
          line,
          `${name} does not lie in zone ${this.#zone}`,
          "End names with a dot, or correct $ORIGIN.",
        ),
      );
      return;
    }
    const found = { owner: name, type, ttl, data: toBase64(data) };
    // A transfer ends with the SOA record that it begins with (RFC 5936 2.2).
    if (type === SOA && this.#checkSoa(found, line) === "repeated") return;
    this.#records.push(found);
  }

  #checkSoa({ owner, data }: ZoneRecord, line: number): "first" | "repeated" {
    if (owner !== this.#zone) {
      throw new ZoneFileError(
        line,
        `the SOA is that of ${owner}, not of zone ${this.#zone}`,
        "Correct its owner, or $ORIGIN.",
      );
    }
    const before = this.#records.find(({ type }) => type === SOA);
    if (before === undefined) return "first";
    if (before.data === data) return "repeated";
    throw new ZoneFileError(line, "the zone has a second SOA", "Write one.");
  }

  /** @throws ZoneFileError for a zone without an SOA, with which CoreDNS does not start. */
  names(): FileZone["names"] {
    if (!this.#records.some(({ type }) => type === SOA)) {
      throw new ZoneFileError(
        1,
        "the zone has no SOA",
        `Write one, as in \`@ IN SOA ns.${this.#zone}. hostmaster.${this.#zone}. 1 7200 3600 1209600 3600\`.`,
      );
    }
    const byOwner = Map.groupBy(this.#records, ({ owner }) => owner);
    return Object.fromEntries(Array.from(byOwner, ([owner, records]) => [owner, rrsets(records)]));
  }
}

/** Records of an RRset have one TTL (RFC 2181 5.2); where they differ, the least. */
function rrsets(records: readonly ZoneRecord[]): Rrset[] {
  const byType = Map.groupBy(records, ({ type }) => type);
  return [...byType]
    .toSorted(([a], [b]) => a - b)
    .map(([type, same]) => ({
      type,
      ttl: same.reduce((least, { ttl }) => Math.min(least, ttl), Infinity),
      data: [...new Set(same.map(({ data }) => data))],
    }));
}

function minimumOf(soa: Uint8Array): number {
  return new DataView(soa.buffer, soa.byteOffset + soa.length - 4).getUint32(0);
}
