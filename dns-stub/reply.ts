/** A query's response, from what is known of its question. */
import { RCODE } from "../worker/dns/wire/codes.ts";
import { MAX_MESSAGE_OCTETS, type Edns, type Message } from "../worker/dns/wire/message.ts";
import type { Name } from "../worker/dns/wire/name.ts";
import type { ResourceRecord } from "../worker/dns/wire/record.ts";
import type { Answer } from "./answer.ts";
import { type ExtendedError, extendedErrorOption } from "../worker/dns/wire/extended-error.ts";
import { MAX_UDP_OCTETS, MIN_UDP_OCTETS, SAFE_UDP_OCTETS } from "./limits.ts";

/** How a query came, and how far its response travels. */
export type Transport = "tcp" | "udp" | "udp-loopback";

/** How long a response may be: over UDP what the client says, and on a network never so long that it breaks into fragments. */
export function maxOctets({ edns }: Message, transport: Transport): number {
  if (transport === "tcp") return MAX_MESSAGE_OCTETS;
  const told = Math.max(edns?.payloadSize ?? 0, MIN_UDP_OCTETS);
  return Math.min(told, transport === "udp" ? SAFE_UDP_OCTETS : MAX_UDP_OCTETS);
}

/** The client's ID, flags and question, in its own spelling; its question's name also where records have it. */
export function responseTo(query: Message, answer: Answer): Message {
  const question = query.questions.length === 1 ? query.questions[0] : undefined;
  const echoed = (records: readonly ResourceRecord[]) =>
    question === undefined ? records : records.map((record) => spelled(record, question.name));
  const { edns } = query;
  return {
    id: query.id,
    response: true,
    opcode: query.opcode,
    authoritative: answer.authoritative,
    truncated: answer.truncated,
    recursionDesired: query.recursionDesired,
    recursionAvailable: true,
    // RFC 6840 5.8: for clients that have said that they know what it means.
    authenticData: answer.authenticData && (query.authenticData || (edns?.dnssecOk ?? false)),
    checkingDisabled: query.checkingDisabled,
    // Without OPT there is no room for the upper bits (RFC 6891 6.1.3).
    rcode: answer.rcode > 0xf && edns === undefined ? RCODE.SERVFAIL : answer.rcode,
    questions: question === undefined ? [] : [question],
    answers: echoed(answer.answers),
    authorities: echoed(answer.authorities),
    additionals: echoed(answer.additionals),
    edns: edns === undefined ? undefined : ednsFor(edns, answer.errors),
  };
}

function spelled(record: ResourceRecord, name: Name): ResourceRecord {
  return record.name.equals(name) ? { ...record, name } : record;
}

/** RFC 6891 6.1.1. Of the client's options none is answered. */
function ednsFor({ dnssecOk }: Edns, errors: readonly ExtendedError[]): Edns {
  return { payloadSize: SAFE_UDP_OCTETS, version: 0, dnssecOk, options: errors.map(extendedErrorOption) };
}
