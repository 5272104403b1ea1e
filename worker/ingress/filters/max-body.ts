import type { Filter, Outgoing } from "./filter.ts";

const TOO_LARGE = { status: 413, detail: "The body of this request is larger than is accepted here." };

/** ingress-nginx `proxy-body-size`: by what the request announces, and by what really comes. */
export const maxBody: Filter = ({ maxBody: most }) => {
  if (most === undefined) return undefined;
  return {
    request({ request, outgoing }) {
      const announced = request.headers.get("content-length");
      if (announced !== null) return Number(announced) > most ? TOO_LARGE : undefined;
      if (outgoing.body !== null) breakOffBeyond(most, outgoing, outgoing.body);
      return undefined;
    },
  };
};

/**
 * The request is ended with its body: a body that only fails is sent as if it were whole, and the upstream would take a
 * part for everything.
 */
function breakOffBeyond(most: number, outgoing: Outgoing, body: ReadableStream<Uint8Array>): void {
  const ending = new AbortController();
  let bytes = 0;
  const limit = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes <= most) {
        controller.enqueue(chunk);
        return;
      }
      outgoing.failure = TOO_LARGE;
      const reason = new Error(`the body is larger than ${most} bytes`);
      ending.abort(reason);
      controller.error(reason);
    },
  });
  outgoing.body = body.pipeThrough(limit);
  outgoing.signal = ending.signal;
}
