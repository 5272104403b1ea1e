/** A question as octets for a DoH resolver, and the octets of its answer as a message (RFC 8484). */
import { RCODE } from "../../worker/dns/wire/codes.ts";
import { decodeMessage } from "../../worker/dns/wire/decode.ts";
import { MessageEncoder } from "../../worker/dns/wire/encode.ts";
import { DnsFormatError } from "../../worker/dns/wire/format-error.ts";
import { MAX_MESSAGE_OCTETS, type Message } from "../../worker/dns/wire/message.ts";
import type { Answer } from "../answer.ts";
import { extendedErrorsIn } from "../../worker/dns/wire/extended-error.ts";
import { QUERY_PADDING_OCTETS } from "../limits.ts";
import type { AskedQuestion } from "../question.ts";

const encoder = new MessageEncoder();

/**
 * The same octets for the same question: the ID is 0, so that HTTP caches know it again (RFC 8484 4.1). Padded, so that
 * its length tells little of the name (RFC 8467). Nothing of the client is in it, its subnet (RFC 7871) neither.
 */
export function encodeQuestion(asked: AskedQuestion): Uint8Array<ArrayBuffer> {
  const { name, type, class: qclass, dnssecOk, checkingDisabled, recursionDesired } = asked;
  const query: Message = {
    id: 0,
    response: false,
    opcode: 0,
    authoritative: false,
    truncated: false,
    recursionDesired,
    recursionAvailable: false,
    // RFC 6840 5.7: asks whether the answer was validated. Who did not ask is not told.
    authenticData: true,
    checkingDisabled,
    rcode: 0,
    questions: [{ name, type, class: qclass }],
    answers: [],
    authorities: [],
    additionals: [],
    edns: { payloadSize: MAX_MESSAGE_OCTETS, version: 0, dnssecOk, options: [] },
  };
  return encoder.encode(query, QUERY_PADDING_OCTETS);
}

/** @throws DnsFormatError for what is no response to this question. */
export function decodeAnswer(octets: Uint8Array, asked: AskedQuestion): Message {
  const message = decodeMessage(octets);
  if (!message.response || message.opcode !== 0) throw new DnsFormatError("message", "is no response");
  const [question, ...more] = message.questions;
  if (question === undefined) {
    if (message.rcode !== RCODE.NOERROR && message.rcode !== RCODE.NXDOMAIN) return message;
    throw new DnsFormatError("response", "has no question");
  }
  const isSame =
    more.length === 0 &&
    question.type === asked.type &&
    question.class === asked.class &&
    question.name.equals(asked.name);
  if (!isSame) throw new DnsFormatError("response", "is to another question");
  return message;
}

/** Without what was between the resolver and the stub only. */
export function answerOf(message: Message): Answer {
  const { rcode, authoritative, truncated, authenticData, answers, authorities, additionals, edns } = message;
  const errors = extendedErrorsIn(edns?.options ?? []);
  return { rcode, authoritative, truncated, authenticData, answers, authorities, additionals, errors };
}
