/** A request body that streams, yet can be sent again as long as not too much of it was taken. */

/** What is kept of any body for a second try. */
const WINDOW_BYTES = 64 * 1024;
/** What is kept of one body as long as there is room. Of one of which more was taken nothing is kept any more. */
const MOST_BYTES = 4 * 1024 * 1024;
/** What bodies are granted beyond their windows, all of an isolate together: a quarter of its memory. */
const ROOM_BYTES = 32 * 1024 * 1024;

/** Room for what is kept of the bodies that are on their way. */
export class ReplayRoom {
  #left: number;

  constructor(bytes = ROOM_BYTES) {
    this.#left = bytes;
  }

  /** Whether there was so much. */
  take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#left += bytes;
  }
}

export class ReplayableBody {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #length: number | undefined;
  readonly #room: ReplayRoom;
  #kept: Uint8Array[] | undefined = [];
  #keptBytes = 0;
  #roomBytes = 0;
  #settled = false;
  #ended = false;
  #attempt = 0;
  /** How many of the kept chunks the present attempt has been given. */
  #given = 0;
  /** The read that a failed try left unfinished: the next try goes on with it. */
  #pending: Promise<ReadableStreamReadResult<Uint8Array>> | undefined;

  /** @param length the body's length in bytes where it is known: it is announced to the upstream then. */
  constructor(body: ReadableStream<Uint8Array>, length: number | undefined, room: ReplayRoom) {
    this.#reader = body.getReader();
    this.#length = length;
    this.#room = room;
  }

  /** Whether `stream` can give the whole body once more. */
  get replayable(): boolean {
    return this.#kept !== undefined && !this.#settled;
  }

  /** The body from its start. A stream handed out before breaks off. */
  stream(): ReadableStream<Uint8Array> {
    const attempt = ++this.#attempt;
    this.#given = 0;
    const source = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        const again = attempt === this.#attempt ? this.#kept?.[this.#given] : undefined;
        const chunk = again ?? (await this.#read(attempt));
        if (attempt !== this.#attempt) {
          controller.error(new Error("another try has begun"));
          return;
        }
        if (chunk === undefined) {
          controller.close();
          return;
        }
        this.#given++;
        controller.enqueue(chunk);
        this.#forget();
      },
      cancel: async (reason) => {
        // A try that failed gives up its stream; only the end of the last one ends the client's upload.
        if (attempt === this.#attempt && !this.replayable) await this.#reader.cancel(reason);
      },
    });
    if (this.#length === undefined) return source;
    return source.pipeThrough(new FixedLengthStream(this.#length));
  }

  /** No other try will follow, so nothing more needs to be kept. May be called again. */
  settle(): void {
    this.#settled = true;
    this.#giveBack();
    this.#forget();
  }

  async #read(attempt: number): Promise<Uint8Array | undefined> {
    if (this.#ended || attempt !== this.#attempt) return undefined;
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
    if (this.#kept === undefined || this.#settled) return;
    this.#keptBytes += chunk.byteLength;
    const more = Math.max(0, this.#keptBytes - WINDOW_BYTES) - this.#roomBytes;
    if (this.#keptBytes > MOST_BYTES || (more > 0 && !this.#room.take(more))) {
      this.#kept = undefined;
      this.#giveBack();
      return;
    }
    this.#roomBytes += more;
    this.#kept.push(chunk);
  }

  #giveBack(): void {
    this.#room.giveBack(this.#roomBytes);
    this.#roomBytes = 0;
  }

  /** What is kept goes once no try needs it, the present one included. */
  #forget(): void {
    if (this.#settled && this.#given >= (this.#kept?.length ?? 0)) this.#kept = undefined;
  }
}
