/** A question as a message of its own. */
import { OPCODE, RCODE } from "./codes.ts";
import type { Message } from "./message.ts";
import type { Question } from "./record.ts";

export interface QueryFlags {
  readonly payloadSize: number;
  readonly dnssecOk: boolean;
  readonly checkingDisabled?: boolean;
}

/** Nothing tells who asks: no client subnet, and 0 as ID (RFC 8484 4.1). */
export function queryFor(
  question: Question,
  { payloadSize, dnssecOk, checkingDisabled = false }: QueryFlags,
): Message {
  return {
    id: 0,
    response: false,
    opcode: OPCODE.QUERY,
    authoritative: false,
    truncated: false,
    recursionDesired: true,
    recursionAvailable: false,
    authenticData: false,
    checkingDisabled,
    rcode: RCODE.NOERROR,
    questions: [question],
    answers: [],
    authorities: [],
    additionals: [],
    edns: { payloadSize, version: 0, dnssecOk, options: [] },
  };
}
