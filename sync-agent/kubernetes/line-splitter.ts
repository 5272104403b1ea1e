/** Cuts a stream of bytes into its lines, each byte looked at once however small the pieces are. */

const LINE_FEED = 0x0a;

/** A line is longer than the limit, so it is no event of a watch. */
export class LineTooLongError extends Error {
  override name = "LineTooLongError";

  constructor(limit: number) {
    super(`a line is longer than ${limit} bytes`);
  }
}

export interface LineSplitter {
  /**
   * The lines that end in this piece, without their line feeds; empty ones are left out.
   *
   * @throws LineTooLongError
   */
  push(piece: Uint8Array): string[];
  /** What came after the last line feed. */
  rest(): string;
}

/** @param limit of a line's length, in bytes. */
export function createLineSplitter(limit: number): LineSplitter {
  // The beginning of a line whose end has not come.
  let begun: Uint8Array[] = [];
  let length = 0;

  function keep(piece: Uint8Array): void {
    length += piece.length;
    if (length > limit) throw new LineTooLongError(limit);
    if (piece.length > 0) begun.push(piece);
  }

  function take(): string {
    const line = Buffer.concat(begun, length).toString("utf8");
    begun = [];
    length = 0;
    return line.trimEnd();
  }

  return {
    push(piece) {
      const lines: string[] = [];
      let start = 0;
      for (let end = piece.indexOf(LINE_FEED); end !== -1; end = piece.indexOf(LINE_FEED, start)) {
        keep(piece.subarray(start, end));
        const line = take();
        if (line !== "") lines.push(line);
        start = end + 1;
      }
      keep(piece.subarray(start));
      return lines;
    },
    rest: take,
  };
}
