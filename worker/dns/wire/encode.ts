import { writeIPv4, writeIPv6 } from "./address.ts";
import { CLASS, OPTION, TYPE } from "./codes.ts";
import { DnsFormatError } from "./format-error.ts";
import { type Edns, HEADER_OCTETS, MAX_MESSAGE_OCTETS, type Message } from "./message.ts";
import type { Name } from "./name.ts";
import { NameTable } from "./name-table.ts";
import type { AddressRecord, Question, ResourceRecord } from "./record.ts";

/** Offsets and bits of the header that are set late (RFC 1035 4.1.1). */
const FLAGS_AT = 2;
const COUNTS_AT = 4;
const TRUNCATED = 0x200;

/** An OPT record without options; what an option's code and length take. */
const OPT_OCTETS = 11;
const OPTION_HEAD_OCTETS = 4;

/** Messages stand one after another in buffers of this size: an allocation each would take longer than encoding. */
const BUFFER_OCTETS = 4 * 65_536;

/**
 * Encodes messages. What it returns is a view of a larger buffer, of which those octets are the caller's own: they are
 * never written again. Names are compressed. A message is never longer than its limit, 65,535 octets at most: what does
 * not fit is left out at a record's border, with the TC bit set unless only additional records are missing (RFC 2181 9).
 * OPT is always kept.
 */
export class MessageEncoder {
  #buffer = new Uint8Array(BUFFER_OCTETS);
  readonly #names = new NameTable();
  /** Where the message begins in the buffer, where it ends so far, and where it must end before its OPT record. */
  #start = 0;
  #at = 0;
  #limit = 0;

  /**
   * With `padTo`, the message's length is rounded up to a multiple of it by the padding option (RFC 7830, RFC 8467);
   * the message then needs `edns`, and must not have that option itself. `maxOctets` is the limit; header, questions
   * and OPT must fit into it.
   *
   * @throws DnsFormatError for values that no message can carry.
   */
  encode(message: Message, padTo?: number, maxOctets = MAX_MESSAGE_OCTETS): Uint8Array<ArrayBuffer> {
    const { edns, questions, answers, authorities, additionals } = message;
    const reserved = edns === undefined ? 0 : optLength(edns, padTo);
    this.#begin(Math.min(maxOctets, MAX_MESSAGE_OCTETS), reserved);
    const start = this.#start;
    const flags = flagsOf(message);
    this.#patch(start, message.id);
    this.#at = start + HEADER_OCTETS;
    for (const question of questions) this.#question(question);
    if (this.#at > this.#limit) throw new DnsFormatError("message", "has more questions than fit into it");

    const answered = this.#records(answers);
    const whole = answered === answers.length;
    const authorised = whole ? this.#records(authorities) : 0;
    const required = whole && authorised === authorities.length;
    const added = required ? this.#records(additionals) : 0;
    if (edns !== undefined) this.#opt(edns, message.rcode, padTo, maxOctets);

    this.#patch(start + FLAGS_AT, required ? flags : flags | TRUNCATED);
    this.#patch(start + COUNTS_AT, questions.length);
    this.#patch(start + COUNTS_AT + 2, answered);
    this.#patch(start + COUNTS_AT + 4, authorised);
    this.#patch(start + COUNTS_AT + 6, added + (edns === undefined ? 0 : 1));
    this.#start = this.#at;
    return this.#buffer.subarray(start, this.#at);
  }

  #begin(maxOctets: number, reserved: number): void {
    if (this.#start + MAX_MESSAGE_OCTETS > BUFFER_OCTETS) {
      this.#buffer = new Uint8Array(BUFFER_OCTETS);
      this.#start = 0;
    }
    this.#names.begin(this.#buffer, this.#start);
    this.#limit = this.#start + maxOctets - reserved;
  }

  #question({ name, type, class: qclass }: Question): void {
    this.#name(name);
    this.#uint16(type);
    this.#uint16(qclass);
  }

  /** Writes records while they fit; returns how many did. */
  #records(records: readonly ResourceRecord[]): number {
    let written = 0;
    for (const record of records) {
      const start = this.#at;
      this.#record(record);
      if (this.#at > this.#limit) {
        this.#at = start;
        return written;
      }
      written++;
    }
    return written;
  }

  #record(record: ResourceRecord): void {
    this.#name(record.name);
    const opaque = record.type === "opaque";
    this.#uint16(opaque ? record.code : TYPE[record.type]);
    this.#uint16(opaque ? record.class : CLASS.IN);
    this.#uint32(record.ttl);
    const lengthAt = this.#at;
    this.#at += 2;
    this.#data(record);
    this.#patch(lengthAt, this.#at - lengthAt - 2);
  }

  #data(record: ResourceRecord): void {
    switch (record.type) {
      case "A":
        if (!writeIPv4(record.address, this.#buffer, this.#at)) throw notAnAddress(record);
        this.#at += 4;
        break;
      case "AAAA":
        if (!writeIPv6(record.address, this.#buffer, this.#at)) throw notAnAddress(record);
        this.#at += 16;
        break;
      case "NS":
      case "CNAME":
      case "PTR":
        this.#name(record.target);
        break;
      case "SOA":
        this.#name(record.primary);
        this.#name(record.mailbox);
        this.#uint32(record.serial);
        this.#uint32(record.refresh);
        this.#uint32(record.retry);
        this.#uint32(record.expire);
        this.#uint32(record.minimum);
        break;
      case "SRV":
        this.#uint16(record.priority);
        this.#uint16(record.weight);
        this.#uint16(record.port);
        this.#at = this.#names.write(record.target, this.#at, false);
        break;
      case "TXT":
        this.#strings(record.strings);
        break;
      case "opaque":
        if (record.data.length > 0xffff) throw new DnsFormatError("RDATA", "is longer than 65,535 octets");
        this.#octets(record.data);
        break;
    }
  }

  #strings(strings: readonly Uint8Array[]): void {
    if (strings.length === 0) throw new DnsFormatError("RDATA of TXT", "needs a string, if an empty one");
    let length = 0;
    for (const string of strings) {
      if (string.length > 255) throw new DnsFormatError("RDATA of TXT", "has a string over 255 octets");
      length += 1 + string.length;
      if (length > 0xffff) throw new DnsFormatError("RDATA of TXT", "is longer than 65,535 octets");
      this.#uint8(string.length);
      this.#octets(string);
    }
  }

  #opt(edns: Edns, rcode: number, padTo: number | undefined, maxOctets: number): void {
    this.#uint8(0);
    this.#uint16(TYPE.OPT);
    this.#uint16(edns.payloadSize);
    this.#uint8(rcode >> 4);
    this.#uint8(edns.version);
    this.#uint16(edns.dnssecOk ? 0x8000 : 0);
    const lengthAt = this.#at;
    this.#at += 2;
    for (const { code, data } of edns.options) {
      this.#uint16(code);
      this.#uint16(data.length);
      this.#octets(data);
    }
    if (padTo !== undefined) this.#padding(padTo, maxOctets);
    this.#patch(lengthAt, this.#at - lengthAt - 2);
  }

  #padding(padTo: number, maxOctets: number): void {
    const unpadded = this.#at + OPTION_HEAD_OCTETS - this.#start;
    const padded = Math.ceil(unpadded / padTo) * padTo;
    const padding = Math.min(padded, maxOctets, MAX_MESSAGE_OCTETS) - unpadded;
    this.#uint16(OPTION.PADDING);
    this.#uint16(padding);
    this.#buffer.fill(0, this.#at, this.#at + padding);
    this.#at += padding;
  }

  #name(name: Name): void {
    this.#at = this.#names.write(name, this.#at, true);
  }

  #octets(octets: Uint8Array): void {
    // What does not fit is taken back anyhow.
    if (this.#at + octets.length <= this.#start + MAX_MESSAGE_OCTETS) this.#buffer.set(octets, this.#at);
    this.#at += octets.length;
  }

  #uint8(value: number): void {
    this.#buffer[this.#at++] = value;
  }

  #uint16(value: number): void {
    this.#patch(this.#at, value);
    this.#at += 2;
  }

  #uint32(value: number): void {
    this.#uint16(value >>> 16);
    this.#uint16(value & 0xffff);
  }

  #patch(at: number, value: number): void {
    this.#buffer[at] = value >> 8;
    this.#buffer[at + 1] = value & 0xff;
  }
}

function flagsOf(message: Message): number {
  const { rcode, edns } = message;
  if (rcode > 0xf && edns === undefined) {
    throw new DnsFormatError("message", `needs an OPT record to carry response code ${rcode}`);
  }
  return (
    (message.response ? 0x8000 : 0) |
    (message.opcode << 11) |
    (message.authoritative ? 0x400 : 0) |
    (message.truncated ? TRUNCATED : 0) |
    (message.recursionDesired ? 0x100 : 0) |
    (message.recursionAvailable ? 0x80 : 0) |
    (message.authenticData ? 0x20 : 0) |
    (message.checkingDisabled ? 0x10 : 0) |
    (rcode & 0xf)
  );
}

function notAnAddress({ type, address }: AddressRecord): DnsFormatError {
  return new DnsFormatError(`RDATA of ${type}`, `cannot hold ${JSON.stringify(address)}`);
}

/** What must stay free for the OPT record, without the padding itself. */
function optLength(edns: Edns, padTo: number | undefined): number {
  let length = OPT_OCTETS + (padTo === undefined ? 0 : OPTION_HEAD_OCTETS);
  for (const { data } of edns.options) length += OPTION_HEAD_OCTETS + data.length;
  return length;
}
