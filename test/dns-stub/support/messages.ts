/** Messages as the stub's two sides have them. */
import type { AskedQuestion } from "../../../dns-stub/question.ts";
import { decodeMessage } from "../../../worker/dns/wire/decode.ts";
import { MessageEncoder } from "../../../worker/dns/wire/encode.ts";
import type { Edns, Message } from "../../../worker/dns/wire/message.ts";
import { nameFromText } from "../../../worker/dns/wire/name-text.ts";
import type { ResourceRecord, SoaRecord } from "../../../worker/dns/wire/record.ts";
import { queryFor } from "../../worker/dns/support/messages.ts";
import { questionOf } from "../../worker/dns/support/zone-text.ts";

const encoder = new MessageEncoder();

export const encode = (message: Message): Uint8Array => encoder.encode(message);

export function edns(fields: Partial<Edns> = {}): Edns {
  return { payloadSize: 1232, version: 0, dnssecOk: false, options: [], ...fields };
}

/** `web.shop. A` as a client asks it. */
export function query(question: string, fields: Partial<Message> = {}): Message {
  return queryFor([questionOf(question)], fields);
}

export function asked(question: string, fields: Partial<AskedQuestion> = {}): AskedQuestion {
  const { name, type, class: qclass } = questionOf(question);
  return {
    name,
    type,
    class: qclass,
    dnssecOk: false,
    checkingDisabled: false,
    recursionDesired: true,
    ...fields,
  };
}

export function a(name: string, address: string, ttl = 5): ResourceRecord {
  return { name: nameFromText(name), ttl, type: "A", address };
}

export function cname(name: string, target: string, ttl = 5): ResourceRecord {
  return { name: nameFromText(name), ttl, type: "CNAME", target: nameFromText(target) };
}

export function soa(zone: string, ttl = 5, minimum = ttl): SoaRecord {
  const name = nameFromText(zone);
  return {
    name,
    ttl,
    type: "SOA",
    primary: name,
    mailbox: name,
    serial: 1,
    refresh: 2,
    retry: 3,
    expire: 4,
    minimum,
  };
}

/** A resolver's response to a question. */
export function response(question: string, fields: Partial<Message> = {}): Message {
  return query(question, { response: true, recursionAvailable: true, ...fields });
}

/** A resolver's response to a query as it came over HTTP. */
export function responseTo(octets: Uint8Array, fields: Partial<Message> = {}): Message {
  const { questions } = decodeMessage(octets);
  return queryFor(questions, { response: true, edns: edns(), ...fields });
}
