/** Takes messages out of a stream, where each has its length before it (RFC 1035 4.2.2). */
export class FrameReader {
  /** The first octet of a length, once there. */
  #high: number | undefined;
  #frame: Uint8Array | undefined;
  #filled = 0;

  /** The messages that these octets complete. They are copies. */
  *read(chunk: Uint8Array): Generator<Uint8Array> {
    let at = 0;
    while (at < chunk.length) {
      if (this.#frame === undefined) {
        const octet = chunk[at++] ?? 0;
        if (this.#high === undefined) {
          this.#high = octet;
          continue;
        }
        this.#frame = new Uint8Array((this.#high << 8) | octet);
        this.#filled = 0;
      }
      const frame: Uint8Array = this.#frame;
      const part = chunk.subarray(at, at + frame.length - this.#filled);
      frame.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < frame.length) return;
      this.#frame = undefined;
      this.#high = undefined;
      yield frame;
    }
  }
}

/** The message with its length before it, to be written at once (RFC 7766 8). */
export function framed(message: Uint8Array): Uint8Array {
  const frame = new Uint8Array(2 + message.length);
  frame[0] = message.length >> 8;
  frame[1] = message.length & 0xff;
  frame.set(message, 2);
  return frame;
}
