import type { OutgoingMessage } from "node:http";

/**
 * Sends a message's head now, and not only along with the first bytes of its body. Node's own flushHeaders() would
 * turn the bytes of field values beyond ASCII into UTF-8 once more.
 */
export function sendHead(message: OutgoingMessage): void {
  message.write("", "latin1");
}
