/**
 * Messages as short texts, for tables. A question is `web.shop.svc.cluster.local. A`; a record is a line of zone text
 * (RFC 1035 5) behind a mark for its section: `>` answer, `@` authority, `+` additional.
 */
import { CLASS, rcodeText } from "../../../../worker/dns/wire/codes.ts";
import type { Message } from "../../../../worker/dns/wire/message.ts";
import { nameFromText, nameToText } from "../../../../worker/dns/wire/name-text.ts";
import { recordData, TYPE_CODES } from "../../../../worker/dns/wire/record-text.ts";
import type { Question, ResourceRecord } from "../../../../worker/dns/wire/record.ts";

/** `name TYPE`, or `name CH TYPE`. */
export function questionOf(text: string): Question {
  const words = text.split(" ");
  const type = TYPE_CODES.get(words.at(-1) ?? "");
  if (type === undefined) throw new Error(`no type in ${text}`);
  return {
    name: nameFromText(words[0] ?? ""),
    type,
    class: words.length === 3 && words[1] === "CH" ? CLASS.CH : CLASS.IN,
  };
}

/** The response code, and a line for every record, in order. */
export function messageLines(message: Message): string[] {
  return [
    rcodeText(message.rcode),
    ...message.answers.map((record) => `> ${recordText(record)}`),
    ...message.authorities.map((record) => `@ ${recordText(record)}`),
    ...message.additionals.map((record) => `+ ${recordText(record)}`),
  ];
}

export function recordText(record: ResourceRecord): string {
  const type = record.type === "opaque" ? `TYPE${record.code}` : record.type;
  return `${nameToText(record.name)} ${record.ttl} ${type} ${recordData(record)}`;
}
