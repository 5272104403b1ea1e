/** A request body that streams, yet can be sent again as long as little of it was taken. */

/** What is kept for a second try. A body of which more was taken before the dial failed cannot be sent again. */
const WINDOW_BYTES = 64 * 1024;

export class ReplayableBody {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #length: number | undefined;
  #kept: Uint8Array[] | undefined = [];
  #keptBytes = 0;
  #ended = false;
  #attempt = 0;
  /** The read that a failed try left unfinished: the next try goes on with it. */
  #pending: Promise<ReadableStreamReadResult<Uint8Array>> | undefined;

  /** @param length the body's length in bytes where it is known: it is announced to the upstream then. */
  constructor(body: ReadableStream<Uint8Array>, length: number | undefined) {
    this.#reader = body.getReader();
    this.#length = length;
  }

  /** Whether `stream` can give the whole body once more. */
  get replayable(): boolean {
    return this.#kept !== undefined;
  }

  /** The body from its start. A stream handed out before gives nothing any more. */
  stream(): ReadableStream<Uint8Array> {
    const attempt = ++this.#attempt;
    let replayed = 0;
    const source = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        const again = this.#kept?.[replayed];
        if (again !== undefined) {
          replayed++;
          controller.enqueue(again);
          return;
        }
        const chunk = this.#ended ? undefined : await this.#read(attempt);
        if (attempt !== this.#attempt) return;
        if (chunk === undefined) controller.close();
        else {
          replayed++;
          controller.enqueue(chunk);
        }
      },
      cancel: async (reason) => {
        // A try that failed gives up its stream; only the end of the last one ends the client's upload.
        if (attempt === this.#attempt && !this.replayable) await this.#reader.cancel(reason);
      },
    });
    if (this.#length === undefined) return source;
    return source.pipeThrough(new FixedLengthStream(this.#length));
  }

  async #read(attempt: number): Promise<Uint8Array | undefined> {
    this.#pending ??= this.#reader.read();
    const result = await this.#pending;
    if (attempt !== this.#attempt) return undefined;
    this.#pending = undefined;
    if (result.done) {
      this.#ended = true;
      return undefined;
    }
    this.#keep(result.value);
    return result.value;
  }

  #keep(chunk: Uint8Array): void {
    if (this.#kept === undefined) return;
    this.#keptBytes += chunk.byteLength;
    if (this.#keptBytes > WINDOW_BYTES) this.#kept = undefined;
    else this.#kept.push(chunk);
  }
}
