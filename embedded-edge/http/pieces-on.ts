import type { Writable } from "node:stream";

/** Passes a response's body on, piece by piece. What is read at once is sent at once: each write is a call to the kernel. */
export class PiecesOn {
  readonly #sink: Writable;
  readonly #sendHead: () => void;
  readonly #resume: () => void;
  #isHeadSent = false;
  /** The last piece, which the end goes along with. */
  #last: Buffer | undefined;

  /**
   * @param sendHead sends the head that waits in the sink by itself
   * @param resume told when the sink takes more, after read() has said that it does not
   */
  constructor(sink: Writable, sendHead: () => void, resume: () => void) {
    this.#sink = sink;
    this.#sendHead = sendHead;
    this.#resume = resume;
  }

  body(octets: Buffer): void {
    if (this.#last !== undefined) this.#write(this.#last);
    this.#last = octets;
  }

  /** All that was read at once has come. `false` when no more should be read. */
  read(isComplete: boolean): boolean {
    const octets = this.#last;
    this.#last = undefined;
    if (!this.#takes) return true;
    if (isComplete) {
      if (octets === undefined) this.#sink.end();
      else this.#sink.end(octets);
      return true;
    }
    if (octets === undefined) {
      if (!this.#isHeadSent) this.#sendHead();
      this.#isHeadSent = true;
      return true;
    }
    const goesOn = this.#write(octets);
    if (!goesOn) this.#sink.once("drain", this.#resume);
    return goesOn;
  }

  get #takes(): boolean {
    return !this.#sink.destroyed && !this.#sink.writableEnded;
  }

  #write(octets: Buffer): boolean {
    this.#isHeadSent = true;
    return !this.#takes || this.#sink.write(octets);
  }
}
