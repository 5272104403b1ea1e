/** What the listener makes of the Worker's answers, and of their absence. */
import type { Writable } from "node:stream";
import { errorText } from "../errors.ts";
import type { RawFields } from "../http/fields.ts";
import { responseFields } from "../http/response.ts";
import type { EdgeLog } from "../options.ts";
import { type Reply, replyWithText } from "./reply.ts";

export const UNAVAILABLE = { status: 502, text: "The edge is restarting. Try again in a moment." } as const;

/** Only what the Worker and the edge say to each other is kept from clients. */
export function isInternal(name: string): boolean {
  return name.startsWith("lintel-");
}

/** A head that a Worker can give, and HTTP cannot. */
export function beginReply(
  status: number,
  message: string,
  fields: RawFields,
  reply: Reply,
  log: EdgeLog,
): Writable | undefined {
  try {
    return reply.begin(status, message, responseFields(status, fields, isInternal));
  } catch (error) {
    log.warn({ error: errorText(error), status }, "a response cannot be put into HTTP");
    if (reply.begun) reply.break();
    else replyWithText(reply, 502, "The response cannot be passed on.");
    return undefined;
  }
}

export function unreachable(error: Error, reply: Reply, log: EdgeLog): void {
  log.warn({ error: errorText(error) }, "the Worker cannot be reached");
  if (!reply.begun) replyWithText(reply, UNAVAILABLE.status, UNAVAILABLE.text);
}
