/** A client that keeps a server busy, and the backend behind it: each a thread, so that neither waits for the other. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";

export interface LoadOrder {
  /** Port on 127.0.0.1. */
  readonly at: number;
  readonly connections: number;
  readonly ms: number;
  /** No more than so many, where given. */
  readonly most?: number;
  /** Whole requests, sent in turn. */
  readonly requests: readonly string[];
}

export type LoadReport =
  | { readonly requests: number; readonly seconds: number; readonly p50: number; readonly p99: number }
  | { readonly error: string };

export type Load = Exclude<LoadReport, { readonly error: string }>;

export interface Client {
  load(order: LoadOrder): Promise<Load>;
  close(): Promise<unknown>;
}

export function startClient(): Client {
  const thread = new Worker(new URL("load-thread.ts", import.meta.url));
  return {
    async load(order) {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origins
      thread.postMessage(order);
      const [report] = (await once(thread, "message")) as [LoadReport];
      if ("error" in report) throw new Error(`the load broke off: ${report.error}`);
      return report;
    },
    close: () => thread.terminate(),
  };
}

export interface Backend {
  /** On 127.0.0.1. */
  readonly port: number;
  close(): Promise<unknown>;
}

/** Answers every request at once with the same small response. */
export async function startBackend(): Promise<Backend> {
  const thread = new Worker(new URL("backend-thread.ts", import.meta.url));
  const [port] = (await once(thread, "message")) as [number];
  return { port, close: () => thread.terminate() };
}
