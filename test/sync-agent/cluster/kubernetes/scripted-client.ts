/** A KubeClient that answers from a script and keeps what it was asked, with the time that passed in between. */
import type { Clock } from "../../../../sync-agent/clock.ts";
import { type KubeClient, KubeError, type KubeRequest } from "../../../../sync-agent/kubernetes/client.ts";
import { KubeSilenceError } from "../../../../sync-agent/kubernetes/silence-error.ts";

export type Reply =
  | { readonly version: string; readonly items?: readonly object[]; readonly continue?: string }
  | { readonly fails: KubeError }
  /** Of a watch: the lines, and its end so many milliseconds later. */
  | { readonly lines: readonly unknown[]; readonly lasts?: number; readonly ends?: KubeError };

export interface ScriptedClient extends KubeClient {
  /** `list`, `list after c`, `watch from 5`; `+750: ` before it when so many milliseconds have passed since the last end. */
  readonly asked: readonly string[];
  readonly requests: readonly KubeRequest[];
  /** When (monotonic) each was asked. */
  readonly times: readonly number[];
  /** Resolves when something was asked that the script has no answer for. */
  readonly exhausted: Promise<void>;
}

export function createScriptedClient(clock: Clock, script: readonly Reply[]): ScriptedClient {
  const asked: string[] = [];
  const requests: KubeRequest[] = [];
  const times: number[] = [];
  const exhausted = Promise.withResolvers<undefined>();
  const replies = [...script];
  let ended = clock.monotonic();

  function next(request: KubeRequest): Reply | undefined {
    const waited = clock.monotonic() - ended;
    requests.push(request);
    times.push(clock.monotonic());
    asked.push(`${waited > 0 ? `+${waited}: ` : ""}${wordsOf(request)}`);
    const reply = replies.shift();
    if (reply === undefined) exhausted.resolve(undefined);
    return reply;
  }

  function onAbort(request: KubeRequest): Promise<never> {
    return new Promise((_, reject) => {
      const abort = () => reject(failure(undefined, "called off"));
      if (request.signal?.aborted === true) abort();
      request.signal?.addEventListener("abort", abort, { once: true });
    });
  }

  return {
    server: "https://scripted",
    asked,
    requests,
    times,
    exhausted: exhausted.promise.then(() => {}),
    async json(request) {
      const reply = next(request) ?? (await onAbort(request));
      ended = clock.monotonic();
      if ("fails" in reply) throw reply.fails;
      if ("lines" in reply) throw new Error("the script has a watch where a list is asked for");
      const metadata = { resourceVersion: reply.version, continue: reply.continue };
      return { kind: "List", metadata, items: reply.items };
    },
    async *lines(request, _silenceMs, onOpen) {
      const reply = next(request) ?? (await onAbort(request));
      try {
        if ("fails" in reply) throw reply.fails;
        if (!("lines" in reply)) throw new Error("the script has a list where a watch is asked for");
        onOpen?.();
        for (const line of reply.lines) yield typeof line === "string" ? line : JSON.stringify(line);
        const { lasts = 0 } = reply;
        if (lasts > 0) await Promise.race([later(clock, lasts), onAbort(request)]);
        if (reply.ends !== undefined) throw reply.ends;
      } finally {
        ended = clock.monotonic();
      }
    },
  };
}

function later(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}

function wordsOf({ query = {} }: KubeRequest): string {
  if (query["watch"] !== undefined) return `watch from ${query["resourceVersion"]}`;
  const page = query["continue"] === undefined ? "" : ` after ${query["continue"]}`;
  return `list${page}${query["limit"] === undefined ? " in one" : ""}`;
}

export function failure(status: number | undefined, problem = "no", retryAfter?: number): KubeError {
  const reason = status === 410 ? "Expired" : "";
  return new KubeError({ operation: "list x", status, reason, problem, remedy: `see ${status}`, retryAfter });
}

export const silence = () => new KubeSilenceError("watch x", "https://scripted", 90_000);

export const bookmark = (version: string) => ({
  type: "BOOKMARK",
  object: { kind: "Ingress", metadata: { resourceVersion: version } },
});

export const errorEvent = (code: number) => ({
  type: "ERROR",
  object: { kind: "Status", code, message: "no" },
});
