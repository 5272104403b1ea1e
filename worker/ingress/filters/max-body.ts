import type { Filter, Outgoing } from "./filter.ts";

const TOO_LARGE = { status: 413, detail: "The body of this request is larger than is accepted here." };

/** ingress-nginx `proxy-body-size`: by what the request announces, and by what really comes. */
export const maxBody: Filter = ({ maxBody: most }) => {
  if (most === undefined) return undefined;
  return {
    request({ request, outgoing }) {
      const announced = request.headers.get("content-length");
      if (announced !== null) return Number(announced) > most ? TOO_LARGE : undefined;
      if (outgoing.body !== null) outgoing.body = outgoing.body.pipeThrough(limit(most, outgoing));
      return undefined;
    },
  };
};

/** Breaks a body off that turns out too large while it is forwarded. */
function limit(most: number, outgoing: Outgoing): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes <= most) {
        controller.enqueue(chunk);
        return;
      }
      outgoing.failure = TOO_LARGE;
      controller.error(new Error(`the body is larger than ${most} bytes`));
    },
  });
}
