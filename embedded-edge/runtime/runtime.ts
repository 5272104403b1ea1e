/** The Worker, kept running. */
import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { BundleMissingError, errorText } from "../errors.ts";
import { connectKvStore, type KvStore } from "../kv-store/client.ts";
import type { EdgeLog } from "../options.ts";
import { drawSecret } from "../secrets.ts";
import { type HostProcess, startHost } from "./host-process.ts";
import { endOrphans } from "./orphans.ts";

export interface RuntimeOptions {
  /** The state folder, whose lock the caller holds. */
  readonly state: string;
  readonly bundle: string;
  /** The origin gateway, `host:port`. */
  readonly gateway: string;
  /** The Worker's text variables. */
  readonly variables: Readonly<Record<string, string>>;
  readonly log: EdgeLog;
}

export interface Runtime {
  /** The port on 127.0.0.1 where the Worker takes HTTP/1.1 now; `undefined` while its process is being replaced. */
  workerPort(): number | undefined;
  readonly store: KvStore;
  close(): Promise<void>;
}

const RESTART_MS = { first: 100, most: 5_000 };

/**
 * Starts the Worker. workerd is restarted by Miniflare when it crashes, and the process of both by us.
 *
 * @throws BundleMissingError | RuntimeError
 */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const { state, log } = options;
  await requireFile(options.bundle);
  const settings = {
    bundle: options.bundle,
    storage: join(state, "storage"),
    gateway: options.gateway,
    variables: { ...options.variables },
    storeSecret: drawSecret(),
  };
  // Miniflare makes a temporary folder for each run; one that is killed cannot remove it.
  const temporary = join(state, "tmp");
  const startClean = async () => {
    await endOrphans(state, log);
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary);
    return startHost({ state, temporary }, settings, log);
  };

  const closing = new AbortController();
  let host: HostProcess | undefined = await startClean();
  const supervise = async () => {
    for (let current: HostProcess | undefined = host; current !== undefined;) {
      await current.ended;
      host = undefined;
      if (closing.signal.aborted) return;
      log.error({}, "the runtime ended unexpectedly; restarting it");
      current = await restart(startClean, closing.signal, log);
      host = current;
    }
  };
  const supervision = supervise();
  const store = connectKvStore(() => host?.store, settings.storeSecret);

  return {
    workerPort: () => host?.worker,
    store,
    async close() {
      if (closing.signal.aborted) return supervision;
      closing.abort();
      await host?.stop();
      await supervision;
      await store.close();
      // workerd, should its host have had to be killed.
      await endOrphans(state, log);
    },
  };
}

/** Tries until it succeeds; `undefined` once the signal is aborted. */
async function restart(
  start: () => Promise<HostProcess>,
  closing: AbortSignal,
  log: EdgeLog,
): Promise<HostProcess | undefined> {
  for (let wait = RESTART_MS.first; !closing.aborted; wait = Math.min(2 * wait, RESTART_MS.most)) {
    try {
      return await start();
    } catch (error) {
      log.error({ error: errorText(error), retryMs: wait }, "the runtime cannot be restarted yet");
      await delay(wait, undefined, { signal: closing }).catch(() => undefined);
    }
  }
  return undefined;
}

async function requireFile(bundle: string): Promise<void> {
  try {
    if ((await stat(bundle)).isFile()) return;
  } catch (error) {
    throw bundleMissing(bundle, error);
  }
  throw bundleMissing(bundle, undefined);
}

function bundleMissing(bundle: string, cause: unknown): BundleMissingError {
  return new BundleMissingError(
    `bundle ${bundle}`,
    "is not a readable file; build it with `npm run build`, or name the right one",
    { cause },
  );
}
