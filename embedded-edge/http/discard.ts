import type { IncomingMessage } from "node:http";

/** How long the rest of a request is read away before its connection is broken. */
const DISCARD_MS = 5_000;

/**
 * Reads away what is left of a request that was answered before its end, so that the client, still sending, gets to
 * read the answer and may use the connection again (RFC 9112 9.6). For a bounded time: then the connection breaks.
 */
export function discardRest(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  const { socket } = request;
  const timer = setTimeout(() => socket.destroy(), DISCARD_MS).unref();
  request.once("close", () => clearTimeout(timer));
  request.unpipe();
  request.resume();
}
