/** What becomes of octets from a client, before anybody is asked. */
import { EXTENDED_ERROR, OPCODE, RCODE, TYPE } from "../worker/dns/wire/codes.ts";
import { decodeMessage } from "../worker/dns/wire/decode.ts";
import { DnsFormatError } from "../worker/dns/wire/format-error.ts";
import { HEADER_OCTETS, type Message } from "../worker/dns/wire/message.ts";
import type { ExtendedError } from "../worker/dns/wire/extended-error.ts";

const EDNS_VERSION = 0;

/**
 * - `ignored`: no query at all. To answer a response would be the beginning of a loop.
 * - `refused`: answered at once, with this code.
 * - `asked`: one question that may be looked up.
 */
export type Incoming =
  | { readonly kind: "ignored" }
  | {
      readonly kind: "refused";
      readonly query: Message;
      readonly rcode: number;
      readonly errors: readonly ExtendedError[];
    }
  | { readonly kind: "asked"; readonly query: Message };

export function readQuery(octets: Uint8Array): Incoming {
  if (octets.length < HEADER_OCTETS || isResponse(octets)) return { kind: "ignored" };
  const query = decoded(octets);
  const opcode = ((octets[2] ?? 0) >> 3) & 0xf;
  if (opcode !== OPCODE.QUERY) return refused(query ?? headerOf(octets), RCODE.NOTIMP);
  if (query === undefined) return refused(headerOf(octets), RCODE.FORMERR);
  const [question] = query.questions;
  // RFC 9619: a query has one question. RFC 6891 6.1.1: and one OPT record at most.
  if (question === undefined || query.questions.length > 1 || hasStrayOpt(query)) {
    return refused(query, RCODE.FORMERR);
  }
  if (query.edns !== undefined && query.edns.version > EDNS_VERSION) return refused(query, RCODE.BADVERS);
  if (question.type === TYPE.AXFR || question.type === TYPE.IXFR) {
    return refused(query, RCODE.REFUSED, { code: EXTENDED_ERROR.NOT_SUPPORTED, text: "no zone transfers" });
  }
  return { kind: "asked", query };
}

function isResponse(octets: Uint8Array): boolean {
  return ((octets[2] ?? 0) & 0x80) !== 0;
}

function decoded(octets: Uint8Array): Message | undefined {
  try {
    return decodeMessage(octets);
  } catch (error) {
    if (error instanceof DnsFormatError) return undefined;
    throw error;
  }
}

/** The header alone, of a message whose rest cannot be read. */
function headerOf(octets: Uint8Array): Message {
  const header = new Uint8Array(HEADER_OCTETS);
  header.set(octets.subarray(0, 4));
  return decodeMessage(header);
}

function refused(query: Message, rcode: number, ...errors: readonly ExtendedError[]): Incoming {
  return { kind: "refused", query, rcode, errors };
}

function hasStrayOpt({ answers, authorities, additionals }: Message): boolean {
  return [answers, authorities, additionals].some((records) =>
    records.some((record) => record.type === "opaque" && record.code === TYPE.OPT),
  );
}
