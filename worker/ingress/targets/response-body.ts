/** What becomes of the bodies that targets answer with. */
import { TargetError } from "../target-fetch.ts";

/** A longer body is broken off, and its connection with it. */
const MOST_DISCARDED = 64 * 1024;

/** Reads a body that nobody wants, so that its connection can be used again. Never rejects. */
export async function discard({ body }: Response): Promise<void> {
  if (body === null) return;
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  let bytes = 0;
  try {
    while (bytes <= MOST_DISCARDED) {
      const { done, value } = await reader.read();
      if (done) return;
      bytes += value.byteLength;
    }
    await reader.cancel();
  } catch {
    // Broken off as it is, it is gone as well.
  }
}

/**
 * The text of a response's body.
 *
 * @param most bytes
 * @throws TargetError where there are more, or where it breaks off
 */
export async function readText({ body }: Response, most: number): Promise<string> {
  if (body === null) return "";
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body as ReadableStream<Uint8Array<ArrayBuffer>>) {
      bytes += chunk.byteLength;
      if (bytes > most) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new TargetError("the answer broke off", { cause });
  }
  if (bytes > most) throw new TargetError(`the answer is larger than ${most} bytes`);
  return new Blob(chunks).text();
}
