import type { Log, MiniflareOptions } from "miniflare";
import type { LogLevel, WorkerSettings } from "./messages.ts";

/** The names of the two Workers. The first is part of where its Durable Objects are stored: never change it. */
export const EDGE_WORKER = "lintel-edge";
export const STORE_WORKER = "lintel-kv-store";

const COMPATIBILITY_DATE = "2026-10-01";
const KV_NAMESPACE_ID = "KV";
const LOOPBACK = [{ host: "127.0.0.1", port: 0 }];

export interface MiniflareSources {
  /** The text of the Worker's bundle. */
  readonly bundle: string;
  /** The text of kv-store/store-worker.js. */
  readonly storeWorker: string;
  readonly log: Log;
  readonly onWorkerLog: (level: LogLevel, message: string) => void;
}

/** Miniflare's options for our Worker and the KV store worker beside it, both reachable on loopback alone. */
export function miniflareOptions(settings: WorkerSettings, sources: MiniflareSources): MiniflareOptions {
  const kv = { type: "kv", id: KV_NAMESPACE_ID } as const;
  return {
    log: sources.log,
    handleStructuredLogs: ({ level, message }) => sources.onWorkerLog(levelOf(level), message),
    logRequests: false,
    // Otherwise Miniflare fetches a sample of `request.cf` from the Internet. Nothing reads it here.
    cf: false,
    telemetry: { enabled: false },
    enableDevRegistry: false,
    resourcePersistencePath: settings.storage,
    workers: [
      {
        config: {
          name: EDGE_WORKER,
          compatibilityDate: COMPATIBILITY_DATE,
          // As in wrangler.toml.
          compatibilityFlags: ["enable_request_signal"],
          manifest: module(sources.bundle),
          env: {
            ...textBindings(settings.variables),
            KV: kv,
            HEAD: { type: "durable-object", worker: EDGE_WORKER, exportName: "HeadObject" },
            LIMITS: { type: "durable-object", worker: EDGE_WORKER, exportName: "LimitObject" },
            CLUSTER: { type: "external", address: settings.gateway, http: {} },
            // By address, after names were resolved: what users write must not reach this machine and its networks.
            INTERNET: { type: "network", allow: ["public"], tlsOptions: { trustBrowserCas: true } },
          },
          exports: {
            HeadObject: { type: "durable-object", storage: "sqlite" },
            LimitObject: { type: "durable-object", storage: "sqlite" },
          },
        },
        dev: { unsafeDirectSockets: LOOPBACK },
      },
      {
        config: {
          name: STORE_WORKER,
          compatibilityDate: COMPATIBILITY_DATE,
          manifest: module(sources.storeWorker),
          env: { ...textBindings({ SECRET: settings.storeSecret }), KV: kv },
        },
        dev: { unsafeDirectSockets: LOOPBACK },
      },
    ],
  };
}

function module(contents: string) {
  return { mainModule: "index.js", modules: { "index.js": { type: "esm" as const, contents } } };
}

function textBindings(variables: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, { type: "text" as const, value }]),
  );
}

function levelOf(level: string): LogLevel {
  switch (level) {
    case "error":
    case "warn":
    case "debug":
      return level;
    default:
      return "info";
  }
}
