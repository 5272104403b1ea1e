/** Runs the real command in a process of its own, as a user would. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const BIN = fileURLToPath(new URL("../../../bin/lintel.js", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running command. Its output is kept, and can be waited for. */
export class Lintel {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #watchers: (() => void)[] = [];
  stdout = "";
  stderr = "";

  /**
   * @param program what to run in place of the `lintel` command.
   * @param detached in a process group of its own.
   */
  constructor(args: readonly string[], env: Record<string, string> = {}, program = BIN, detached = false) {
    this.#child = spawn(process.execPath, [program, ...args], { env: { ...process.env, ...env }, detached });
    this.#ended = once(this.#child, "close").then(() => this.#notify());
    for (const name of ["stdout", "stderr"] as const) {
      const stream = this.#child[name];
      if (stream === null) throw new Error(`no ${name}`);
      createInterface({ input: stream }).on("line", (line) => {
        this[name] += `${line}\n`;
        this.#notify();
      });
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves with the first match of what the command prints. Rejects when it ends without. */
  async printed(pattern: RegExp, stream: "stdout" | "stderr" = "stdout", from = 0): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this[stream].slice(from));
      if (match !== null) return match;
      if (!this.running) throw new Error(`ended without printing ${pattern}:\n${this.stdout}${this.stderr}`);
      const { promise, resolve } = Promise.withResolvers<undefined>();
      this.#watchers.push(() => resolve(undefined));
      await promise;
    }
  }

  async ended(): Promise<Ended> {
    await this.#ended;
    return { code: this.#child.exitCode, stdout: this.stdout, stderr: this.stderr };
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Ended> {
    if (this.running) this.#child.kill(signal);
    return this.ended();
  }

  /** Signals every process of its group, as a terminal does. */
  async stopGroup(signal: NodeJS.Signals): Promise<Ended> {
    if (this.#child.pid !== undefined) process.kill(-this.#child.pid, signal);
    return this.ended();
  }

  #notify(): void {
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const watcher of watchers) watcher();
  }
}

/** Runs a command that ends by itself. */
export function run(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Lintel(args, env).ended();
}

export interface Up {
  readonly lintel: Lintel;
  readonly folder: string;
  readonly state: string;
  readonly http: number;
  readonly https: number;
  readonly ca: string;
  /** Writes a manifest file of these objects. */
  write(file: string, objects: readonly object[] | string): Promise<void>;
  /** Ends it, starts it again on the same folder and state. */
  restart(signal: NodeJS.Signals): Promise<Up>;
  close(): Promise<void>;
}

/** `lintel up` on a folder of its own with free ports, ready to serve. */
export async function up(
  files: Record<string, readonly object[] | string>,
  flags: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<Up> {
  const base = await mkdtemp(join(tmpdir(), "lintel-e2e-"));
  const folder = join(base, "manifests");
  await mkdir(folder);
  for (const [file, objects] of Object.entries(files)) await writeManifest(join(folder, file), objects);
  return start(base, folder, flags, env);
}

async function start(
  base: string,
  folder: string,
  flags: readonly string[],
  env: Record<string, string>,
): Promise<Up> {
  const state = join(base, "state");
  const free = ["--http", "127.0.0.1:0", "--https", "127.0.0.1:0"];
  const lintel = new Lintel(["up", "--manifests", folder, "--state", state, ...free, ...flags], env);
  const [, http] = await lintel.printed(/HTTP +http:\/\/127\.0\.0\.1:(\d+)/);
  const [, https] = await lintel.printed(/HTTPS +https:\/\/127\.0\.0\.1:(\d+)/);
  await lintel.printed(/Ctrl-C/);
  return {
    lintel,
    folder,
    state,
    http: Number(http),
    https: Number(https),
    ca: join(state, "ca.crt"),
    write: (file, objects) => writeManifest(join(folder, file), objects),
    async restart(signal) {
      await lintel.stop(signal);
      return start(base, folder, flags, env);
    },
    async close() {
      await lintel.stop();
      await rm(base, { recursive: true, force: true });
    },
  };
}

async function writeManifest(path: string, objects: readonly object[] | string): Promise<void> {
  const text =
    typeof objects === "string" ? objects : objects.map((object) => JSON.stringify(object)).join("\n---\n");
  await writeFile(path, text);
}
