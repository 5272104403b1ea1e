/** Follows one watch from its beginning to its end, whatever that end is. Never throws. */
import type { Clock } from "../../clock.ts";
import { type KubeClient, KubeError, type KubeRequest } from "../../kubernetes/client.ts";
import { errorEvent } from "../../kubernetes/refusal.ts";
import { KubeSilenceError } from "../../kubernetes/silence-error.ts";
import { isExpired } from "./expired.ts";
import type { Resource } from "./resources.ts";
import { readEvent, type WatchEvent } from "./watch-event.ts";
import { type WatchTiming, watchSeconds } from "./watch-timing.ts";

export interface WatchEnd {
  /** `stopped`: by the signal. */
  readonly why: "closed" | "silent" | "expired" | "error" | "stopped";
  /** Whether the watch was of use: it told something, or lasted. */
  readonly healthy: boolean;
  readonly error: KubeError | undefined;
}

export interface WatchOptions {
  readonly client: KubeClient;
  readonly resource: Resource;
  /** From which on changes are asked for. */
  readonly version: string;
  readonly timing: WatchTiming;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: number;
  readonly signal: AbortSignal;
  /** Once, when the server grants the watch. */
  readonly onOpen: () => void;
  /** Of all events but errors. */
  readonly onEvent: (event: Exclude<WatchEvent, { type: "ERROR" }>) => void;
  /** Once, when the watch has proved to be of use. */
  readonly onHealthy: () => void;
}

export async function watchObjects(options: WatchOptions): Promise<WatchEnd> {
  const { client, timing, clock, signal, onOpen, onEvent, onHealthy } = options;
  const request = requestOf(options);
  let healthy = false;
  const prove = () => {
    if (!healthy) onHealthy();
    healthy = true;
  };
  const callOff = clock.after(timing.healthy, prove);
  try {
    for await (const line of client.lines(request, timing.silence, onOpen)) {
      if (signal.aborted) break;
      const event = readEvent(line);
      if (event === undefined) return { why: "error", healthy, error: garbled(options, undefined) };
      if (event.type === "ERROR") return failed(errorEvent(request, event.object), healthy);
      onEvent(event);
      prove();
    }
    return { why: signal.aborted ? "stopped" : "closed", healthy, error: undefined };
  } catch (cause) {
    if (signal.aborted) return { why: "stopped", healthy, error: undefined };
    if (cause instanceof KubeSilenceError) return { why: "silent", healthy, error: cause };
    // Nothing else is thrown by a client; if it is, following must go on all the same.
    return failed(cause instanceof KubeError ? cause : garbled(options, cause), healthy);
  } finally {
    callOff();
  }
}

function failed(error: KubeError, healthy: boolean): WatchEnd {
  return { why: isExpired(error) ? "expired" : "error", healthy, error };
}

function requestOf({ resource, version, timing, random, signal }: WatchOptions): KubeRequest {
  const query = {
    watch: "1",
    resourceVersion: version,
    allowWatchBookmarks: "true",
    timeoutSeconds: String(watchSeconds(random, timing)),
    fieldSelector: resource.fieldSelector,
  };
  return { method: "GET", path: resource.path, query, signal, timeoutMs: timing.connectTimeout };
}

function garbled({ resource }: WatchOptions, cause: unknown): KubeError {
  return new KubeError({
    operation: `watch ${resource.path}`,
    status: undefined,
    reason: "",
    problem: cause instanceof Error ? cause.message : "a line of the answer is no event",
    remedy: "look for a proxy that changes or cuts answers",
    cause,
  });
}
