/** What the stub asks a resolver: a client's query without what is the client's alone. */
import { Name } from "../worker/dns/wire/name.ts";
import type { Message } from "../worker/dns/wire/message.ts";

export interface AskedQuestion {
  /** In lower case, so that a question is the same in every spelling. */
  readonly name: Name;
  readonly type: number;
  readonly class: number;
  readonly dnssecOk: boolean;
  readonly checkingDisabled: boolean;
  readonly recursionDesired: boolean;
}

/** @param query has one question. */
export function askedBy(query: Message): AskedQuestion | undefined {
  const [question] = query.questions;
  if (question === undefined) return undefined;
  return {
    name: lowerCase(question.name),
    type: question.type,
    class: question.class,
    dnssecOk: query.edns?.dnssecOk ?? false,
    checkingDisabled: query.checkingDisabled,
    recursionDesired: query.recursionDesired,
  };
}

/** Equal for questions that have the same answer. */
export function keyOf(asked: AskedQuestion): string {
  const flags =
    (asked.dnssecOk ? 1 : 0) | (asked.checkingDisabled ? 2 : 0) | (asked.recursionDesired ? 4 : 0);
  return `${flags} ${asked.class} ${asked.type} ${String.fromCharCode(...asked.name.wire)}`;
}

/** Length octets are below the letters, so octets can be changed without a look at labels (RFC 4343 3). */
function lowerCase(name: Name): Name {
  return Name.ofCheckedWire(
    name.wire.map((octet) => (octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet)),
  );
}
