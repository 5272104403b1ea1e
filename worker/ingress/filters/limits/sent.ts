/** When a response is over: its body has been sent, has broken off, or is wanted no more. */
import { relayed } from "./relay.ts";

/**
 * The response, in a form that tells of its end. Bodies are passed on by the runtime, not by this isolate; WebSockets
 * are passed on message by message, since they tell of their end in no other way.
 *
 * @param onEnd called once or more
 */
export function untilSent(
  response: Response,
  { method, signal }: Pick<Request, "method" | "signal">,
  waitUntil: (work: Promise<unknown>) => void,
  onEnd: () => void,
): Response {
  const { body, headers, webSocket } = response;
  if (webSocket !== null) return relayed(response, webSocket, onEnd);
  if (body === null || method === "HEAD") {
    onEnd();
    return response;
  }
  const length = headers.get("content-length");
  // What the runtime decodes for us has another length than what it encodes again.
  const isFixed = length !== null && !headers.has("content-encoding");
  const { readable, writable } = isFixed
    ? new FixedLengthStream(Number(length))
    : new IdentityTransformStream();
  waitUntil(body.pipeTo(writable, { signal }).then(onEnd, onEnd));
  return new Response(readable, response);
}
