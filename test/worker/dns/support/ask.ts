import { createResponder } from "../../../../worker/dns/responder.ts";
import { createResolver } from "../../../../worker/dns/servers.ts";
import { decodeMessage } from "../../../../worker/dns/wire/decode.ts";
import { MessageEncoder } from "../../../../worker/dns/wire/encode.ts";
import type { Message } from "../../../../worker/dns/wire/message.ts";
import type { SnapshotView } from "../../../../worker/snapshot/view.ts";
import { queryFor } from "./messages.ts";
import { ASKER, PLATFORM } from "./platform.ts";
import { messageLines, questionOf } from "./zone-text.ts";

/** Sends a query's octets through the resolver as the edge has it, and decodes what comes back. */
export async function respondTo(view: SnapshotView | undefined, query: Message): Promise<Message> {
  const respond = createResponder(createResolver(PLATFORM));
  const octets = new MessageEncoder().encode(query);
  const reply = await respond(decodeMessage(octets), ASKER, () => view);
  return decodeMessage(reply.octets);
}

/** Asks `name TYPE` and gives the answer as lines, see zone-text.ts. */
export async function ask(view: SnapshotView | undefined, question: string): Promise<string[]> {
  return messageLines(await respondTo(view, queryFor([questionOf(question)])));
}
