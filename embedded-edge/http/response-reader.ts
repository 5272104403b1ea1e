/**
 * Reads one response off a connection (RFC 9112), strictly: what is doubtful breaks it. For the connections to the Worker
 * and to pods, where Node's own client, with its objects and events for each request, takes most of the time.
 */
import { type RawFields, valuesOf } from "./fields.ts";
import { MAX_RESPONSE_HEAD } from "./response.ts";

export interface ResponseTaker {
  head(status: number, message: string, fields: RawFields): void;
  /** Part of the connection's buffer, which is not used again. */
  body(octets: Buffer): void;
}

export class ResponseFormatError extends Error {
  override name = "ResponseFormatError";
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/;
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const CHUNK_SIZE = /^([0-9A-Fa-f]{1,12})[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/;
const KEEP_ALIVE = /(?:^|[,;\s])timeout\s*=\s*(\d{1,7})/i;
const LENGTH = /^\d{1,15}$/;
/** Of a chunk's size with its extensions, and of all trailers together. */
const MAX_LINES = 16 * 1024;

type State = "head" | "length" | "close" | "chunkSize" | "chunk" | "chunkEnd" | "trailers" | "done";

export class ResponseReader {
  readonly #isHead: boolean;
  readonly #taker: ResponseTaker;
  #state: State = "head";
  /** What came of a head or a line that is not whole yet. */
  #partial: Buffer | undefined;
  /** Octets of the body, or of the chunk, that are still to come. */
  #left = 0;
  #trailerOctets = 0;
  #isKept = true;
  #mostRestMs = Number.POSITIVE_INFINITY;

  constructor(method: string, taker: ResponseTaker) {
    this.#isHead = method === "HEAD";
    this.#taker = taker;
  }

  get complete(): boolean {
    return this.#state === "done";
  }

  /** Whether the connection may be used again once the response is complete. */
  get keepsConnection(): boolean {
    return this.#isKept;
  }

  /** How long the connection may rest until it is used again, where the other side has said so. */
  get mostRestMs(): number {
    return this.#mostRestMs;
  }

  /** @throws ResponseFormatError, after which nothing more may be pushed */
  push(octets: Buffer): void {
    let rest = this.#partial === undefined ? octets : Buffer.concat([this.#partial, octets]);
    this.#partial = undefined;
    while (rest.length > 0) {
      const next = this.#step(rest);
      if (next === undefined) {
        this.#partial = rest;
        return;
      }
      rest = next;
    }
  }

  /** The other side has stopped sending. @throws ResponseFormatError where that is no end of the response */
  end(): void {
    if (this.#state === "close") this.#state = "done";
    else if (this.#state !== "done") throw new ResponseFormatError("the connection ended within a response");
  }

  /** Takes what it can off the front; `undefined` when it needs more. */
  #step(rest: Buffer): Buffer | undefined {
    switch (this.#state) {
      case "head":
        return this.#head(rest);
      case "length":
      case "chunk":
        return this.#octets(rest);
      case "close":
        this.#taker.body(rest);
        return rest.subarray(rest.length);
      case "chunkSize":
        return this.#line(rest, (line) => {
          const size = CHUNK_SIZE.exec(line)?.[1];
          if (size === undefined) throw new ResponseFormatError("a chunk's size is malformed");
          this.#left = Number.parseInt(size, 16);
          this.#state = this.#left === 0 ? "trailers" : "chunk";
        });
      case "chunkEnd":
        return this.#line(rest, (line) => {
          if (line !== "") throw new ResponseFormatError("a chunk is longer than its size");
          this.#state = "chunkSize";
        });
      case "trailers":
        return this.#line(rest, (line) => {
          this.#trailerOctets += line.length + 2;
          if (this.#trailerOctets > MAX_LINES) throw new ResponseFormatError("the trailers are too long");
          if (line === "") this.#state = "done";
        });
      case "done":
        throw new ResponseFormatError("more came than the response");
    }
  }

  #head(rest: Buffer): Buffer | undefined {
    const end = rest.indexOf("\r\n\r\n", 0, "latin1");
    if (end > MAX_RESPONSE_HEAD || (end < 0 && rest.length > MAX_RESPONSE_HEAD)) {
      throw new ResponseFormatError("the response's head is too long");
    }
    if (end < 0) return undefined;
    const [first = "", ...lines] = rest.toString("latin1", 0, end).split("\r\n");
    const statusLine = STATUS_LINE.exec(first);
    if (statusLine === null) throw new ResponseFormatError("the status line is malformed");
    const status = Number(statusLine[2]);
    const fields = fieldsOf(lines);
    // An interim response says nothing that is passed on; nobody asked for another protocol.
    if (status === 101) throw new ResponseFormatError("the protocol was changed, unasked");
    if (status >= 200) {
      this.#isKept = statusLine[1] === "1" && !saysClose(fields);
      this.#mostRestMs = announcedRestMs(fields);
      this.#frame(status, fields);
      this.#taker.head(status, statusLine[3] ?? "", fields);
    }
    return rest.subarray(end + 4);
  }

  /** RFC 9112 6.3 */
  #frame(status: number, fields: RawFields): void {
    const codings = valuesOf(fields, "transfer-encoding");
    const lengths = valuesOf(fields, "content-length");
    const [length] = lengths;
    if (this.#isHead || status === 204 || status === 304) {
      this.#state = "done";
    } else if (codings.length > 0) {
      if (codings.length > 1 || codings[0]?.toLowerCase() !== "chunked" || length !== undefined) {
        throw new ResponseFormatError("the response's framing is ambiguous");
      }
      this.#state = "chunkSize";
    } else if (length !== undefined) {
      if (!LENGTH.test(length) || lengths.some((other) => other !== length)) {
        throw new ResponseFormatError("the response's length is malformed");
      }
      this.#left = Number(length);
      this.#state = this.#left === 0 ? "done" : "length";
    } else {
      this.#isKept = false;
      this.#state = "close";
    }
  }

  #octets(rest: Buffer): Buffer {
    const taken = Math.min(this.#left, rest.length);
    this.#left -= taken;
    this.#taker.body(taken === rest.length ? rest : rest.subarray(0, taken));
    if (this.#left === 0) this.#state = this.#state === "chunk" ? "chunkEnd" : "done";
    return rest.subarray(taken);
  }

  #line(rest: Buffer, take: (line: string) => void): Buffer | undefined {
    const end = rest.indexOf("\r\n", 0, "latin1");
    if (end > MAX_LINES || (end < 0 && rest.length > MAX_LINES)) {
      throw new ResponseFormatError("a line between chunks is too long");
    }
    if (end < 0) return undefined;
    take(rest.toString("latin1", 0, end));
    return rest.subarray(end + 2);
  }
}

function fieldsOf(lines: readonly string[]): string[] {
  const fields: string[] = [];
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon));
    const value = line.slice(colon + 1);
    if (!NAME.test(name) || !VALUE.test(value)) {
      throw new ResponseFormatError("a field of the response is malformed");
    }
    fields.push(name, value.replace(/^[\t ]+|[\t ]+$/g, ""));
  }
  return fields;
}

/** `Keep-Alive: timeout=5` (RFC 2068 19.7.1.1), as Node's servers say it; less a second for what is on its way. */
function announcedRestMs(fields: RawFields): number {
  const seconds = KEEP_ALIVE.exec(valuesOf(fields, "keep-alive")[0] ?? "")?.[1];
  return seconds === undefined ? Number.POSITIVE_INFINITY : Math.max(0, Number(seconds) * 1000 - 1000);
}

function saysClose(fields: RawFields): boolean {
  return valuesOf(fields, "connection").some((value) =>
    value.split(",").some((option) => option.trim().toLowerCase() === "close"),
  );
}
