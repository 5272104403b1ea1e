import type { IncomingMessage } from "node:http";
import type { Writable } from "node:stream";

/**
 * Passes a message's body on, and ends what takes it as the message ends. A head that waits to be sent goes out along
 * with the first bytes: each write is a call to the kernel, and most messages arrive whole. Where the body takes its
 * time, the head goes first.
 *
 * Whoever calls looks after a message that breaks off, and a taker that goes away.
 *
 * @param sendHead sends the taker's head by itself
 */
export function passBody(from: IncomingMessage, to: Writable, sendHead: () => void): void {
  // By then what was read along with the head has been passed on.
  const late = setImmediate(() => {
    if (!to.destroyed && !to.writableEnded) sendHead();
  });
  const resume = () => void from.resume();
  from.on("data", (chunk: Buffer) => {
    clearImmediate(late);
    if (to.destroyed || to.writableEnded) return;
    if (from.complete && from.readableLength === 0) {
      to.end(chunk);
    } else if (!to.write(chunk)) {
      from.pause();
      to.once("drain", resume);
    }
  });
  from.once("end", () => {
    clearImmediate(late);
    if (!to.destroyed && !to.writableEnded) to.end();
  });
  from.once("close", () => clearImmediate(late));
}
