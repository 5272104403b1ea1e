/**
 * The process that holds Miniflare and with it workerd. It is one of its own, and in a session of its own, because
 * - workerd must end when the edge is killed: this process sees its IPC channel close, and ends workerd;
 * - workerd ends at once on SIGINT, so a Ctrl-C that reached it would cut the requests that the edge lets finish;
 * - Miniflare exits its process on SIGINT, SIGTERM and SIGHUP, which are the edge's own to handle.
 */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type * as miniflareModule from "miniflare";
import { errorText } from "../errors.ts";
import type { FromHost, ToHost, WorkerSettings } from "./messages.ts";
import { EDGE_WORKER, miniflareOptions, STORE_WORKER } from "./miniflare-options.ts";

// Every start waits for this process. Miniflare is six megabytes of CommonJS: an `import` parses them twice more, to
// learn of what kind they are and what they export.
const { Log, LogLevel, Miniflare } = createRequire(import.meta.url)("miniflare") as typeof miniflareModule;

function send(message: FromHost): void {
  // Without a channel the edge is gone, and this process about to end.
  if (process.connected) process.send?.(message);
}

/** Miniflare's own notes, of which only trouble is of interest. */
class HostLog extends Log {
  constructor() {
    super(LogLevel.WARN);
  }

  override logWithLevel(level: miniflareModule.LogLevel, message: string): void {
    if (level > LogLevel.WARN) return;
    send({ type: "log", level: level === LogLevel.ERROR ? "error" : "warn", source: "miniflare", message });
  }
}

async function start(settings: WorkerSettings): Promise<miniflareModule.Miniflare> {
  const miniflare = new Miniflare(
    miniflareOptions(settings, {
      bundle: await readFile(settings.bundle, "utf8"),
      storeWorker: await readFile(new URL("../kv-store/store-worker.js", import.meta.url), "utf8"),
      log: new HostLog(),
      onWorkerLog: (level, message) => send({ type: "log", level, source: "workerd", message }),
    }),
  );
  // The edge decides when this process ends: by a message, or by its own end.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.removeAllListeners(signal).on(signal, () => undefined);
  }
  const portOf = async (worker: string) => Number((await miniflare.unsafeGetDirectURL(worker)).port);
  const worker = await portOf(EDGE_WORKER);
  const store = await portOf(STORE_WORKER);
  send({ type: "ready", worker, store });
  return miniflare;
}

/** Runs the Worker until the edge says stop. */
async function serve(): Promise<void> {
  const [message] = (await once(process, "message")) as [ToHost];
  if (message.type === "stop") return;
  const stop = once(process, "message");
  const miniflare = await start(message.settings);
  await stop;
  await miniflare.dispose();
}

// The edge is gone, or is done with us. Exiting runs Miniflare's exit hook, which ends workerd.
process.once("disconnect", () => process.exit());

serve()
  .catch((error: unknown) => send({ type: "failed", message: errorText(error) }))
  .finally(() => process.disconnect());
