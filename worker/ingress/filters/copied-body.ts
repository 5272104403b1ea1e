/**
 * A body that passes as it is, with a copy on the side.
 *
 * @param length in bytes where it is known: it is announced on then
 * @param most bytes that are copied; of a larger body there is no copy
 * @param onCopied called once the whole body has passed, and not for one that breaks off
 */
export function copied(
  body: ReadableStream<Uint8Array>,
  length: number | undefined,
  most: number,
  onCopied: (copy: Uint8Array<ArrayBuffer>) => void,
): ReadableStream<Uint8Array> {
  let chunks: Uint8Array[] | undefined = [];
  let bytes = 0;
  const copying = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > most) chunks = undefined;
      // Whoever reads the chunk may take its buffer away.
      else chunks?.push(chunk.slice());
      controller.enqueue(chunk);
    },
    flush() {
      if (chunks !== undefined) onCopied(joined(chunks, bytes));
    },
  });
  const passing = body.pipeThrough(copying);
  return length === undefined ? passing : passing.pipeThrough(new FixedLengthStream(length));
}

function joined(chunks: readonly Uint8Array[], bytes: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}
