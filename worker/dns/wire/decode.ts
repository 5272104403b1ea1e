/**
 * Decodes DNS messages (RFC 1035 4, RFC 6891 6.1). What it is strict about: nothing may be cut short, counts and lengths
 * must be true, and **nothing may follow the last record**: over HTTP a message ends where the body does (RFC 8484 6), so
 * what follows is a mistake or an attempt to smuggle. What it is lenient about: the reserved header bit and the reserved
 * EDNS flags are passed over, class and type may be any.
 */
import { TYPE } from "./codes.ts";
import { type RecordHead, readRecordData, readRecordHead } from "./decode-record.ts";
import { DnsFormatError } from "./format-error.ts";
import { type Edns, type EdnsOption, type Message } from "./message.ts";
import { Reader } from "./reader.ts";
import type { Question, ResourceRecord } from "./record.ts";

/** The shortest question and the shortest record: root, type and class, and further TTL and RDLENGTH. */
const MIN_QUESTION_OCTETS = 5;
const MIN_RECORD_OCTETS = 11;

/** Most messages have none of something: an array less each time. */
const NO_RECORDS: readonly ResourceRecord[] = [];
const NO_OPTIONS: readonly EdnsOption[] = [];

/**
 * The first OPT record in the additional section becomes `edns`; any other OPT record stays an opaque record among the
 * additional ones, so that the answerer can refuse the message as RFC 6891 6.1.1 demands.
 *
 * The result holds views of `octets`, which must not be changed afterwards.
 *
 * @throws DnsFormatError, and nothing else, for octets that are no message.
 */
export function decodeMessage(octets: Uint8Array): Message {
  const reader = new Reader(octets);
  const id = reader.uint16();
  const flags = reader.uint16();
  const questionCount = reader.uint16();
  const answerCount = reader.uint16();
  const authorityCount = reader.uint16();
  const additionalCount = reader.uint16();
  const least =
    questionCount * MIN_QUESTION_OCTETS +
    (answerCount + authorityCount + additionalCount) * MIN_RECORD_OCTETS;
  if (least > reader.remaining) throw new DnsFormatError("message", "is shorter than its counts claim");

  const questions = readQuestions(reader, questionCount);
  const answers = readRecords(reader, answerCount);
  const authorities = readRecords(reader, authorityCount);
  const { additionals, edns, extendedRcode } = readAdditionals(reader, additionalCount);
  if (reader.remaining > 0) {
    throw new DnsFormatError("message", `goes on after its last record, for ${reader.remaining} octets`);
  }
  return {
    id,
    response: (flags & 0x8000) !== 0,
    opcode: (flags >> 11) & 0xf,
    authoritative: (flags & 0x400) !== 0,
    truncated: (flags & 0x200) !== 0,
    recursionDesired: (flags & 0x100) !== 0,
    recursionAvailable: (flags & 0x80) !== 0,
    authenticData: (flags & 0x20) !== 0,
    checkingDisabled: (flags & 0x10) !== 0,
    rcode: extendedRcode | (flags & 0xf),
    questions,
    answers,
    authorities,
    additionals,
    edns,
  };
}

/** Queries have one question and no records: the array that a push makes room in would be their largest part. */
function readQuestions(reader: Reader, count: number): Question[] {
  if (count === 1) return [readQuestion(reader)];
  const questions: Question[] = [];
  for (let i = 0; i < count; i++) questions.push(readQuestion(reader));
  return questions;
}

function readQuestion(reader: Reader): Question {
  return { name: reader.name(), type: reader.uint16(), class: reader.uint16() };
}

function readRecords(reader: Reader, count: number): readonly ResourceRecord[] {
  if (count === 0) return NO_RECORDS;
  const records: ResourceRecord[] = [];
  for (let i = 0; i < count; i++) records.push(readRecordData(reader, readRecordHead(reader)));
  return records;
}

function readAdditionals(reader: Reader, count: number) {
  let additionals: ResourceRecord[] | undefined;
  let edns: Edns | undefined;
  let extendedRcode = 0;
  for (let i = 0; i < count; i++) {
    const head = readRecordHead(reader);
    if (head.code === TYPE.OPT && edns === undefined && head.name.wire.length === 1) {
      edns = readEdns(reader, head);
      extendedRcode = (head.rawTtl >>> 24) << 4;
    } else {
      (additionals ??= []).push(readRecordData(reader, head));
    }
  }
  return { additionals: additionals ?? NO_RECORDS, edns, extendedRcode };
}

function readEdns(reader: Reader, head: RecordHead): Edns {
  return {
    payloadSize: head.class,
    version: (head.rawTtl >>> 16) & 0xff,
    dnssecOk: (head.rawTtl & 0x8000) !== 0,
    options: head.dataLength === 0 ? NO_OPTIONS : readOptions(reader, head.dataLength),
  };
}

function readOptions(reader: Reader, octets: number): EdnsOption[] {
  const end = reader.position + octets;
  const options: EdnsOption[] = [];
  while (reader.position < end) options.push({ code: reader.uint16(), data: reader.octets(reader.uint16()) });
  if (reader.position !== end) {
    throw new DnsFormatError("OPT", "has an option longer than the record");
  }
  return options;
}
