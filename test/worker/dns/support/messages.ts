import type { Message } from "../../../../worker/dns/wire/message.ts";
import type { Question } from "../../../../worker/dns/wire/record.ts";

/** A query, RD set as stub resolvers set it, without EDNS unless told otherwise. */
export function queryFor(questions: readonly Question[], fields: Partial<Message> = {}): Message {
  return {
    id: 0,
    response: false,
    opcode: 0,
    authoritative: false,
    truncated: false,
    recursionDesired: true,
    recursionAvailable: false,
    authenticData: false,
    checkingDisabled: false,
    rcode: 0,
    questions,
    answers: [],
    authorities: [],
    additionals: [],
    edns: undefined,
    ...fields,
  };
}

/** Hexadecimal text, with white space and `;` comments to the line's end, as octets. */
export function octetsOf(text: string): Uint8Array<ArrayBuffer> {
  const hex = text.replaceAll(/;.*$/gm, "").replaceAll(/\s/g, "");
  if (!/^(?:[0-9a-f]{2})*$/.test(hex)) throw new Error(`not hexadecimal: ${hex}`);
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function hexOf(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
}
