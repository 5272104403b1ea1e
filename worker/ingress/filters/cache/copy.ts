/** A second reader for a body that a client is sent. */

/** Bytes: larger responses are not kept. */
export const MOST_KEPT = 10 * 1024 * 1024;

export interface Copied {
  /** For the client. */
  readonly response: Response;
  /** For the cache; it fails where the body breaks off or turns out too large. */
  readonly copy: ReadableStream<Uint8Array> | null;
}

/** `undefined` for a response that is announced to be too large. */
export function copied(response: Response): Copied | undefined {
  const { headers } = response;
  const body: ReadableStream<Uint8Array> | null = response.body;
  if (body === null) return { response, copy: null };
  const length = headers.get("content-length");
  if (length === null) {
    const { client, copy } = split(body);
    return { response: new Response(client, response), copy };
  }
  // The runtime tees it without looking into it; what it holds back for a slow client is no more than this.
  return Number(length) <= MOST_KEPT ? { copy: response.clone().body, response } : undefined;
}

/**
 * The client sets the pace, and the copy waits in memory no more than its size: of a response whose length nobody
 * knows, a tee would hold back whatever a slow client has not taken.
 */
function split(body: ReadableStream<Uint8Array>): Record<"client" | "copy", ReadableStream<Uint8Array>> {
  const reader = body.getReader();
  let sink: ReadableStreamDefaultController<Uint8Array> | undefined;
  let bytes = 0;
  const copy = new ReadableStream<Uint8Array>({
    start(controller) {
      sink = controller;
    },
    cancel() {
      sink = undefined;
    },
  });
  const fail = (reason: unknown) => {
    sink?.error(reason);
    sink = undefined;
  };
  const client = new ReadableStream<Uint8Array>({
    async pull(controller) {
      let read: ReadableStreamReadResult<Uint8Array>;
      try {
        read = await reader.read();
      } catch (error) {
        fail(error);
        throw error;
      }
      if (read.done) {
        controller.close();
        sink?.close();
        sink = undefined;
        return;
      }
      bytes += read.value.byteLength;
      // The client's bytes go to it, and are not there any more then.
      if (bytes <= MOST_KEPT) sink?.enqueue(read.value.slice());
      else fail(new Error(`the response is larger than ${MOST_KEPT} bytes`));
      controller.enqueue(read.value);
    },
    cancel(reason) {
      fail(new Error("the client went away"));
      return reader.cancel(reason);
    },
  });
  return { client, copy };
}
