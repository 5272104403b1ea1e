/** From a client's octets to the octets of its answer. */
import { RCODE } from "../worker/dns/wire/codes.ts";
import { MessageEncoder } from "../worker/dns/wire/encode.ts";
import type { Message } from "../worker/dns/wire/message.ts";
import { nameToText } from "../worker/dns/wire/name-text.ts";
import { type Answer, emptyAnswer } from "./answer.ts";
import type { StubLog } from "./options.ts";
import { readQuery } from "./query.ts";
import { askedBy } from "./question.ts";
import { maxOctets, responseTo, type Transport } from "./reply.ts";
import type { Resolve } from "./resolve.ts";

/** `undefined`: there is nothing to say. Never rejects. */
export type Respond = (octets: Uint8Array, transport: Transport) => Promise<Uint8Array | undefined>;

export interface RespondOptions {
  readonly resolve: Resolve;
  readonly logNames: boolean;
  readonly log: StubLog;
}

export function createRespond({ resolve, logNames, log }: RespondOptions): Respond {
  const encoder = new MessageEncoder();

  function encode(query: Message, answer: Answer, transport: Transport): Uint8Array {
    return encoder.encode(responseTo(query, answer), undefined, maxOctets(query, transport));
  }

  async function look(query: Message): Promise<Answer> {
    const asked = askedBy(query);
    return asked === undefined ? emptyAnswer(RCODE.FORMERR) : resolve(asked);
  }

  function report(query: Message, { rcode }: Answer, transport: Transport, begun: number): void {
    const [question] = query.questions;
    const names = logNames &&
      question !== undefined && { name: nameToText(question.name), type: question.type };
    const ms = Math.round(performance.now() - begun);
    log.debug({ transport, rcode, ms, ...names }, "answered");
  }

  return async (octets, transport) => {
    const incoming = readQuery(octets);
    if (incoming.kind === "ignored") return undefined;
    const { query } = incoming;
    const begun = performance.now();
    try {
      const answer =
        incoming.kind === "refused" ? emptyAnswer(incoming.rcode, ...incoming.errors) : await look(query);
      const reply = encode(query, answer, transport);
      report(query, answer, transport, begun);
      return reply;
    } catch (error) {
      // A fault of ours. The client need not wait for what will not come.
      log.error({ err: error }, "a query could not be answered");
      return encode(query, emptyAnswer(RCODE.SERVFAIL), transport);
    }
  };
}
