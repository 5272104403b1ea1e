import type { Underway } from "./load.ts";

/**
 * A response that says when it has passed whole, or when its client has gone away. It goes through this isolate chunk by
 * chunk, where others are passed on by the runtime: only for routes that count connections.
 */
export function watched(response: Response, underway: Underway): Response {
  if (response.body === null) {
    underway.ended();
    return response;
  }
  underway.answered();
  const ended = () => {
    underway.ended();
  };
  const watch = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({ flush: ended, cancel: ended }),
  );
  const length = response.headers.get("content-length");
  // The length of an encoded body is not that of what is read of it here.
  const isPlain = !response.headers.has("content-encoding");
  const body = length !== null && isPlain ? watch.pipeThrough(new FixedLengthStream(Number(length))) : watch;
  return new Response(body, response);
}
