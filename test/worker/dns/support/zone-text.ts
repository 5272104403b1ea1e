/**
 * Messages as short texts, for tables. A question is `web.shop.svc.cluster.local. A`; a record is a line of zone text
 * (RFC 1035 5) behind a mark for its section: `>` answer, `@` authority, `+` additional.
 */
import { CLASS, RCODE, TYPE } from "../../../../worker/dns/wire/codes.ts";
import type { Message } from "../../../../worker/dns/wire/message.ts";
import { nameFromText, nameToText } from "../../../../worker/dns/wire/name-text.ts";
import type { Question, ResourceRecord } from "../../../../worker/dns/wire/record.ts";

const OTHER_TYPES: Readonly<Record<string, number>> = { HINFO: 13, MX: 15, HTTPS: 65 };
const TYPES: Readonly<Record<string, number>> = { ...TYPE, ...OTHER_TYPES };

/** `name TYPE`, or `name CH TYPE`. */
export function questionOf(text: string): Question {
  const words = text.split(" ");
  const type = TYPES[words.at(-1) ?? ""];
  if (type === undefined) throw new Error(`no type in ${text}`);
  return {
    name: nameFromText(words[0] ?? ""),
    type,
    class: words.length === 3 && words[1] === "CH" ? CLASS.CH : CLASS.IN,
  };
}

export function rcodeText(rcode: number): string {
  return Object.entries(RCODE).find(([, code]) => code === rcode)?.[0] ?? `RCODE${rcode}`;
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
  return `${nameToText(record.name)} ${record.ttl} ${type} ${dataText(record)}`;
}

function dataText(record: ResourceRecord): string {
  switch (record.type) {
    case "A":
    case "AAAA":
      return record.address;
    case "NS":
    case "CNAME":
    case "PTR":
      return nameToText(record.target);
    case "SOA": {
      const { primary, mailbox, serial, refresh, retry, expire, minimum } = record;
      return `${nameToText(primary)} ${nameToText(mailbox)} ${serial} ${refresh} ${retry} ${expire} ${minimum}`;
    }
    case "SRV":
      return `${record.priority} ${record.weight} ${record.port} ${nameToText(record.target)}`;
    case "TXT":
      return record.strings.map((string) => JSON.stringify(new TextDecoder().decode(string))).join(" ");
    case "opaque":
      return `\\# ${record.data.length} ${Array.from(record.data, (octet) => octet.toString(16).padStart(2, "0")).join("")}`;
  }
}
