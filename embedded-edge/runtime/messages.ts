/** What the edge and its runtime host (host.ts) say to each other over the host's IPC channel. */
import * as z from "zod";

export const workerSettingsSchema = z.object({
  /** Path of the Worker's bundle. */
  bundle: z.string(),
  /** The folder of KV and Durable Objects. */
  storage: z.string(),
  /** The origin gateway, `host:port`. */
  gateway: z.string(),
  /** The Worker's text variables. */
  variables: z.record(z.string(), z.string()),
  /** What callers of the KV store worker must present. */
  storeSecret: z.string(),
});

/** How the Worker runs. */
export type WorkerSettings = z.output<typeof workerSettingsSchema>;

export const toHostSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("start"), settings: workerSettingsSchema }),
  z.object({ type: z.literal("stop") }),
]);

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

export type ToHost = z.output<typeof toHostSchema>;
export type FromHost = z.output<typeof fromHostSchema>;
export type LogLevel = Extract<FromHost, { type: "log" }>["level"];
