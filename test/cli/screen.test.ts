import { EventEmitter } from "node:events";
import { beforeEach, expect, it } from "vitest";
import { openScreen, type ScreenOptions } from "../../cli/screen.ts";

class Output extends EventEmitter {
  columns = 10;
  rows = 3;
  written = "";
  write(text: string): boolean {
    this.written += text;
    return true;
  }
  /** What was written since the last call. */
  taken(): string {
    const text = this.written;
    this.written = "";
    return text;
  }
}

class Input extends EventEmitter {
  isTTY = true;
  raw: boolean[] = [];
  setRawMode(mode: boolean): void {
    this.raw.push(mode);
  }
  resume(): void {}
  pause(): void {}
}

let output: Output;
let input: Input;
let told: string[];
const open = () =>
  openScreen({
    output,
    input,
    onKey: (key: string) => told.push(key),
    onResize: () => told.push("resize"),
  } as unknown as ScreenOptions);

beforeEach(() => {
  output = new Output();
  input = new Input();
  told = [];
});

it("draws over what stood there, no more than there is room for", () => {
  const screen = open();
  expect(output.taken()).toBe("\u001B[?1049h\u001B[?25l");
  screen.draw(["short", "longer than ten", "c", "d"]);
  expect(output.taken()).toBe("\u001B[Hshort\u001B[K\r\nlonger th…\u001B[K\r\nc\u001B[K\u001B[J");
});

it("tells of keys and of another size", () => {
  const screen = open();
  input.emit("data", Buffer.from("rq"));
  [output.columns, output.rows] = [80, 40];
  output.emit("resize");
  expect(told).toEqual(["r", "q", "resize"]);
  expect(screen.rows).toBe(40);
});

it("puts everything back, once, and is silent after", () => {
  const screen = open();
  output.taken();
  screen.close();
  screen.close();
  screen.draw(["late"]);
  input.emit("data", Buffer.from("r"));
  output.emit("resize");
  expect(output.taken()).toBe("\u001B[?25h\u001B[?1049l");
  expect(input.raw).toEqual([true, false]);
  expect(told).toEqual([]);
});
