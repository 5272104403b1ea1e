/** A command in a real pseudo-terminal, by `script` of util-linux, and what stands on its screen. */
import { type ChildProcessWithoutNullStreams, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const BIN = fileURLToPath(new URL("../../../bin/lintel.js", import.meta.url));

const ESC = "\u001B[";
/** What a program that draws over its screen writes: from the corner on, line by line, to the end of the last. */
const FRAME = new RegExp(String.raw`\u001B\[H([^]*?)\u001B\[J`, "g");

export interface Size {
  readonly rows: number;
  readonly columns: number;
}

export class Terminal {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #closed: Promise<unknown>;
  #watchers: (() => void)[] = [];
  /** All that came out of the terminal. */
  output = "";

  /** `lintel` with these arguments. Its settings before and after, and its exit code, stand around what it prints. */
  constructor(args: readonly string[], { rows, columns }: Size) {
    const command = [process.execPath, BIN, ...args].map((arg) => `'${arg}'`).join(" ");
    const session = [
      "echo tty $(tty)",
      `stty rows ${rows} columns ${columns}`,
      "echo before $(stty -g)",
      // The shell must outlive a Ctrl-C that reaches it, and pass it on to nobody.
      "trap : INT",
      command,
      "code=$?",
      "echo; echo code $code",
      "echo after $(stty -g)",
    ].join("\n");
    const env = { ...process.env, SHELL: "/bin/sh", TERM: "xterm" };
    this.#child = spawn("script", ["-qfc", session, "/dev/null"], { env });
    this.#closed = once(this.#child, "close").then(() => this.#notify());
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.output += text;
      this.#notify();
    });
  }

  /** Lines on the screen, as they were last drawn. */
  get screen(): readonly string[] {
    const [, frame = ""] = [...this.output.matchAll(FRAME)].at(-1) ?? [];
    return frame.replaceAll(`${ESC}K`, "").split(/\r*\n/);
  }

  press(keys: string): void {
    this.#child.stdin.write(keys);
  }

  async resize({ rows, columns }: Size): Promise<void> {
    const [, device = ""] = await this.printed(/^tty (\S+)/m);
    await promisify(execFile)("stty", ["-F", device, "rows", String(rows), "columns", String(columns)]);
  }

  /** Resolves once it holds of the screen, with the screen. */
  async shows(is: (screen: string) => boolean): Promise<readonly string[]> {
    await this.#until(() => is(this.screen.join("\n")), "the screen never showed what was waited for");
    return this.screen;
  }

  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    await this.#until(() => pattern.test(this.output), `it never printed ${pattern}`);
    const match = pattern.exec(this.output);
    if (match === null) throw new Error("it has just matched");
    return match;
  }

  async ended(): Promise<{ readonly code: number; readonly before: string; readonly after: string }> {
    await this.#closed;
    const value = (name: string) =>
      new RegExp(String.raw`^${name} (\S+)\r?$`, "m").exec(this.output)?.[1] ?? "";
    return { code: Number(value("code") || Number.NaN), before: value("before"), after: value("after") };
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill("SIGTERM");
    await this.#closed;
  }

  async #until(holds: () => boolean, otherwise: string): Promise<void> {
    while (!holds()) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new Error(`${otherwise}:\n${JSON.stringify(this.output)}`);
      }
      const { promise, resolve } = Promise.withResolvers<undefined>();
      this.#watchers.push(() => resolve(undefined));
      await promise;
    }
  }

  #notify(): void {
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const watcher of watchers) watcher();
  }
}
