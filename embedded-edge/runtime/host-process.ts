import { type ChildProcess, fork } from "node:child_process";
import { getCompileCacheDir } from "node:module";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { RuntimeError } from "../errors.ts";
import type { EdgeLog } from "../options.ts";
import { fromHostSchema, type ToHost, type WorkerSettings } from "./messages.ts";
import { RUNTIME_MARK } from "./orphans.ts";

/** How long workerd may take to end when it is told to. */
const STOP_MS = 5_000;

export interface HostProcess {
  /** Ports on 127.0.0.1: the Worker's, and the KV store worker's. They stay when workerd alone is restarted. */
  readonly worker: number;
  readonly store: number;
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a runtime host (host.ts), and resolves when its Worker answers.
 *
 * @param folders the state folder, which the process bears as its mark, and one for temporary files
 * @throws RuntimeError when it ends before that
 */
export async function startHost(
  folders: { readonly state: string; readonly temporary: string },
  settings: WorkerSettings,
  log: EdgeLog,
): Promise<HostProcess> {
  const script = new URL(import.meta.url.endsWith(".ts") ? "./host.ts" : "./host.js", import.meta.url);
  const child = fork(script, {
    detached: true,
    env: {
      ...process.env,
      [RUNTIME_MARK]: folders.state,
      TMPDIR: folders.temporary,
      // Where this process keeps what it compiled, so does that one: Miniflare is large.
      NODE_COMPILE_CACHE: getCompileCacheDir() ?? process.env["NODE_COMPILE_CACHE"],
    },
    execArgv: [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    // It could not even be started.
    child.once("error", () => child.pid === undefined && resolve());
  });
  logLines(child.stdout, log);
  logLines(child.stderr, log);
  const ready = new Promise<{ worker: number; store: number }>((resolve, reject) => {
    const refuse = (problem: string, cause?: unknown) =>
      reject(new RuntimeError("workerd", `did not start: ${problem}`, { cause }));
    child.once("error", (error) => refuse(error.message, error));
    child.once("exit", (code, signal) => refuse(`its host ended (${signal ?? `exit code ${code}`})`));
    child.on("message", (raw) => {
      const message = fromHostSchema.parse(raw);
      switch (message.type) {
        case "ready":
          resolve(message);
          break;
        case "failed":
          refuse(message.message);
          break;
        case "log":
          log[message.level]({ source: message.source }, message.message);
          break;
      }
    });
  });
  tell(child, { type: "start", settings });
  const stop = async () => {
    tell(child, { type: "stop" });
    const deadline = setTimeout(() => {
      log.warn({ pid: child.pid }, "the runtime does not end when told to; killing it");
      child.kill("SIGKILL");
    }, STOP_MS);
    await ended;
    clearTimeout(deadline);
  };
  try {
    return { ...(await ready), ended, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function tell(child: ChildProcess, message: ToHost): void {
  // A child that has ended has no channel; whoever waits for `ended` learns of that.
  if (child.connected) child.send(message);
}

/** What the host itself prints, warnings of Node for one. workerd's output comes by message. */
function logLines(stream: Readable | null, log: EdgeLog): void {
  if (stream === null) return;
  createInterface(stream).on("line", (line) => log.info({ source: "runtime host" }, line));
}
