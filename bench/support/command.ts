/** Commands in processes of their own, what they say, and what they use of the machine. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { cpuTime, memoryOf } from "./processes.ts";

const LINTEL = fileURLToPath(new URL("../../bin/lintel.js", import.meta.url));
/** What is kept of the output for an error's text. */
const KEPT_LINES = 50;

export class Command {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #last: string[] = [];
  readonly #waiting = new Set<(line: string | undefined) => void>();

  constructor(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(program, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    if (this.#child.pid === undefined) throw new Error(`${program} cannot be started`);
    this.pid = this.#child.pid;
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on("line", (line) => this.#said(line));
    }
    this.#child.on("close", () => this.#said(undefined));
  }

  static lintel(args: readonly string[], env: Readonly<Record<string, string>> = {}): Command {
    return new Command(process.execPath, [LINTEL, ...args], env);
  }

  /** Resolves with the first line from now on that matches. Call it before what makes the command say so. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
    const look = (line: string | undefined) => {
      const match = line === undefined ? null : pattern.exec(line);
      if (match !== null) resolve(match);
      else if (line === undefined) {
        reject(new Error(`ended without saying ${pattern}:\n${this.#last.join("\n")}`));
      }
    };
    this.#waiting.add(look);
    try {
      return await promise;
    } finally {
      this.#waiting.delete(look);
    }
  }

  /** Milliseconds of CPU so far. */
  cpuMs(): number {
    return cpuTime(this.pid);
  }

  /** MiB: now, and at the most so far. */
  memory(): ReturnType<typeof memoryOf> {
    return memoryOf(this.pid);
  }

  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
    return this.#child.exitCode;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    this.#child.kill(signal);
    await this.ended();
  }

  #said(line: string | undefined): void {
    if (line !== undefined) this.#last.push(line);
    if (this.#last.length > KEPT_LINES) this.#last.shift();
    for (const look of this.#waiting) look(line);
  }
}
