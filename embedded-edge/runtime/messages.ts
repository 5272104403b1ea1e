/** What the edge and its runtime host (host.ts) say to each other over the host's IPC channel. */
import * as z from "zod";

/** How the Worker runs. */
export interface WorkerSettings {
  /** Path of the Worker's bundle. */
  readonly bundle: string;
  /** The folder of KV and Durable Objects. */
  readonly storage: string;
  /** The origin gateway, `host:port`. */
  readonly gateway: string;
  /** The Worker's text variables. */
  readonly variables: Readonly<Record<string, string>>;
  /** What callers of the KV store worker must present. */
  readonly storeSecret: string;
}

/** From the process that started the host, and has the same sources: the host has no use for a schema of it. */
export type ToHost =
  { readonly type: "start"; readonly settings: WorkerSettings } | { readonly type: "stop" };

export const fromHostSchema = z.discriminatedUnion("type", [
  /** Ports on 127.0.0.1. */
  z.object({ type: z.literal("ready"), worker: z.int(), store: z.int() }),
  z.object({ type: z.literal("failed"), message: z.string() }),
  z.object({
    type: z.literal("log"),
    level: z.enum(["debug", "info", "warn", "error"]),
    source: z.enum(["workerd", "miniflare"]),
    message: z.string(),
  }),
]);

export type FromHost = z.output<typeof fromHostSchema>;
export type LogLevel = Extract<FromHost, { type: "log" }>["level"];
