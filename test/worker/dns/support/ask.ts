import type { Visibility } from "../../../../worker/dns/resolver.ts";
import { createResponder } from "../../../../worker/dns/responder.ts";
import { createResolver } from "../../../../worker/dns/servers.ts";
import { decodeMessage } from "../../../../worker/dns/wire/decode.ts";
import { MessageEncoder } from "../../../../worker/dns/wire/encode.ts";
import type { Message } from "../../../../worker/dns/wire/message.ts";
import type { SnapshotView } from "../../../../worker/snapshot/view.ts";
import { queryFor } from "./messages.ts";
import { ASKER, PLATFORM } from "./platform.ts";
import { messageLines, questionOf } from "./zone-text.ts";

/** Who asks, and what may be used to answer. */
export interface AskOptions {
  readonly visible?: Partial<Visibility>;
  readonly address?: string;
  readonly platform?: Partial<typeof PLATFORM>;
}

/** Sends a query's octets through the resolver as the edge has it, and decodes what comes back. */
export async function respondTo(
  view: SnapshotView | undefined,
  query: Message,
  { visible, address, platform }: AskOptions = {},
): Promise<Message> {
  const respond = createResponder(createResolver({ ...PLATFORM, ...platform }));
  const octets = new MessageEncoder().encode(query);
  const asker = {
    client: address === undefined ? ASKER.client : { address },
    visible: { ...ASKER.visible, ...visible },
  };
  const reply = await respond(decodeMessage(octets), asker, () => view);
  return decodeMessage(reply.octets);
}

/** Asks `name TYPE` and gives the answer as lines, see zone-text.ts. */
export async function ask(
  view: SnapshotView | undefined,
  question: string,
  options?: AskOptions,
): Promise<string[]> {
  return messageLines(await respondTo(view, queryFor([questionOf(question)]), options));
}
