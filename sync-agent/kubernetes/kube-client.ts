/** The KubeClient over HTTP: the client library's credentials, TLS and proxies, and deadlines of our own. */
import { type Clock, systemClock } from "../clock.ts";
import { type KubeClient, KubeError, type KubeRequest } from "./client.ts";
import { createDeadline } from "./deadline.ts";
import { createExchange, type Exchange } from "./exchange.ts";
import { createLineSplitter, LineTooLongError } from "./line-splitter.ts";
import { type KubeConfigOptions, loadConfig } from "./load-config.ts";
import { describeRequest } from "./operation.ts";
import { createSession } from "./session.ts";
import { KubeSilenceError } from "./silence-error.ts";

export interface KubeClientOptions extends KubeConfigOptions {
  /** `lintel-agent/0.1.0`. */
  readonly userAgent: string;
  readonly clock?: Clock | undefined;
}

/** Also: `timeoutMs` of `lines` is the time in which the answer has to begin. */
export interface ClosableKubeClient extends KubeClient {
  /** Ends all connections, requests under way included. */
  close(): Promise<void>;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/** etcd takes objects of 1.5 MiB by default; as JSON, and within an event, they are somewhat larger. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** @throws KubeConfigError when the options lead to no API server. Whether it answers is not tried. */
export async function createKubeClient(options: KubeClientOptions): Promise<ClosableKubeClient> {
  const { userAgent, clock = systemClock } = options;
  const { cluster } = await loadConfig(options);
  const { server } = cluster;
  const session = createSession(() => loadConfig(options));

  function begin(request: KubeRequest) {
    const deadline = createDeadline(clock, request.signal);
    deadline.set(request.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    return { deadline, exchange: createExchange(request, deadline, { session, userAgent, clock, server }) };
  }

  return {
    server,
    async json(request) {
      const { deadline, exchange } = begin(request);
      try {
        return await readJson(request, exchange);
      } finally {
        deadline.end();
      }
    },
    async *lines(request, silenceMs, onOpen) {
      const { deadline, exchange } = begin(request);
      const silent = () => new KubeSilenceError(describeRequest(request), server, silenceMs);
      const splitter = createLineSplitter(MAX_LINE_BYTES);
      try {
        const { body } = await exchange.answer();
        onOpen?.();
        const pieces = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
        const next = async () => {
          deadline.set(silenceMs);
          const piece = await exchange.step(() => pieces.next(), silent);
          // While the lines are worked on, silence is not the server's.
          deadline.lift();
          return piece.done === true ? undefined : piece.value;
        };
        for (let piece = await next(); piece !== undefined; piece = await next()) {
          const bytes = piece;
          yield* split(request, () => splitter.push(bytes));
        }
        deadline.end();
        const rest = splitter.rest();
        if (rest !== "") yield rest;
      } finally {
        deadline.abandon();
      }
    },
    close: () => session.close(),
  };
}

async function readJson(request: KubeRequest, exchange: Exchange): Promise<unknown> {
  const { body } = await exchange.answer();
  const text = await exchange.step(() => body.text());
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw unusable(request, "the answer is not JSON", cause);
  }
}

function split(request: KubeRequest, push: () => string[]): string[] {
  try {
    return push();
  } catch (cause) {
    if (cause instanceof LineTooLongError) throw unusable(request, cause.message, cause);
    throw cause;
  }
}

function unusable(request: KubeRequest, problem: string, cause: unknown): KubeError {
  return new KubeError({
    operation: describeRequest(request),
    status: undefined,
    reason: "",
    problem,
    remedy: "check that the address is that of a Kubernetes API server",
    cause,
  });
}
