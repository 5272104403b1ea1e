import type { IncomingMessage } from "node:http";
import type { Writable } from "node:stream";
import type { RawFields } from "../http/fields.ts";
import { passBody } from "../http/pass.ts";

/** An upstream's answer, of which the head is there. */
export interface UpstreamAnswer {
  readonly statusCode: number;
  readonly statusMessage: string;
  readonly rawHeaders: RawFields;
  /**
   * Passes the body on to where the head has gone, or waits to be sent. When the answer breaks off, `to` is destroyed, so that
   * it does not look complete. Whoever calls looks after a `to` that goes away.
   *
   * @param sendHead sends a head that waits by itself
   */
  passTo(to: Writable, sendHead: () => void): void;
}

export function answerOf(message: IncomingMessage): UpstreamAnswer {
  const { statusCode = 502, statusMessage = "", rawHeaders } = message;
  return {
    statusCode,
    statusMessage,
    rawHeaders,
    passTo(to, sendHead) {
      message.on("error", () => to.destroy());
      message.once("close", () => message.complete || to.destroy());
      passBody(message, to, sendHead);
    },
  };
}
