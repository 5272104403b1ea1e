/** A terminal that is drawn over in place, and left as it was found. */
import type { ReadStream, WriteStream } from "node:tty";

export interface Screen {
  /** Lines that can be shown. */
  readonly rows: number;
  /** Shows these lines in place of those before, cut to the terminal's size. */
  draw(lines: readonly string[]): void;
  /** Puts everything back. */
  close(): void;
}

export interface ScreenOptions {
  readonly output: Pick<WriteStream, "write" | "columns" | "rows" | "on" | "off">;
  readonly input: Pick<ReadStream, "isTTY" | "setRawMode" | "on" | "off" | "resume" | "pause">;
  readonly onKey: (key: string) => void;
  readonly onResize: () => void;
}

const ESC = "\u001B[";
/** The terminal's other buffer, as editors use it: what stood there before is there again at the end. */
const ENTER = `${ESC}?1049h${ESC}?25l`;
const LEAVE = `${ESC}?25h${ESC}?1049l`;

export function openScreen({ output, input, onKey, onResize }: ScreenOptions): Screen {
  let open = true;
  const onData = (data: Buffer) => {
    for (const key of data.toString()) onKey(key);
  };
  output.write(ENTER);
  output.on("resize", onResize);
  if (input.isTTY) {
    input.setRawMode(true);
    input.on("data", onData);
    input.resume();
  }
  return {
    get rows() {
      return output.rows || 24;
    },
    draw(lines) {
      if (!open) return;
      const { rows, columns } = { rows: output.rows || 24, columns: output.columns || 80 };
      const shown = lines.slice(0, rows).map((line) => `${cut(line, columns)}${ESC}K`);
      output.write(`${ESC}H${shown.join("\r\n")}${ESC}J`);
    },
    close() {
      if (!open) return;
      open = false;
      output.off("resize", onResize);
      if (input.isTTY) {
        input.off("data", onData);
        input.setRawMode(false);
        input.pause();
      }
      output.write(LEAVE);
    },
  };
}

function cut(line: string, columns: number): string {
  return line.length <= columns ? line : `${line.slice(0, columns - 1)}…`;
}
