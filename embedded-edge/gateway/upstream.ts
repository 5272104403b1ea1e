/** One request on one connection to an upstream. */
import {
  type ClientRequest,
  type Agent as HttpAgent,
  type IncomingMessage,
  request as httpRequest,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import type { ConnectionOptions as TlsOptions } from "node:tls";
import type { Duplex, Readable } from "node:stream";
import { errorText } from "../errors.ts";
import { ListeningAgent } from "../http/listening-socket.ts";
import { MAX_RESPONSE_HEAD } from "../http/response.ts";
import { sendHead } from "../http/send-head.ts";
import { answerOf, type UpstreamAnswer } from "./answer.ts";
import { GatewayError } from "./fault.ts";
import type { GatewayLimits, RequestLimits } from "./limits.ts";
import type { Waiting } from "./waiting.ts";

/** The kept connections, by scheme; Node's agents keep them by address and port. */
export interface Pools {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

export function openPools(limits: GatewayLimits): Pools {
  const options = { keepAlive: true, timeout: limits.keepAliveMs, maxFreeSockets: 1024 };
  return { http: new ListeningAgent(options), https: new HttpsAgent(options) };
}

/** How an upstream's certificate is looked at; kept connections are told apart by it. */
export type Verification = Pick<TlsOptions, "servername" | "rejectUnauthorized" | "ca">;

/**
 * @param name what the certificate must bear, or `undefined` to take any
 * @param authorities in PEM; `undefined` for those that Node trusts
 */
export function verification(name: string | undefined, authorities: string | undefined): Verification {
  // Pods' certificates are rarely verifiable; ingress-nginx does not verify them by default either.
  if (name === undefined) return { servername: "", rejectUnauthorized: false };
  return {
    servername: name,
    rejectUnauthorized: true,
    ...(authorities !== undefined && { ca: authorities }),
  };
}

export interface UpstreamRequest {
  readonly scheme: "http" | "https";
  readonly port: number;
  readonly verification: Verification;
  readonly method: string;
  readonly path: string;
  readonly fields: string[];
  /** Whether these ask for another protocol. */
  readonly isUpgrade: boolean;
  /** `undefined` when there is none. Not read before the connection stands. */
  readonly body: Readable | undefined;
  readonly waiting: Waiting;
}

export type Answer =
  | { readonly kind: "response"; readonly response: UpstreamAnswer }
  | {
      readonly kind: "upgrade";
      readonly response: Pick<UpstreamAnswer, "statusCode" | "statusMessage" | "rawHeaders">;
      readonly socket: Duplex;
      readonly head: Buffer;
    };

/** The pooled connection had been closed by the upstream: nothing came back, and perhaps nothing arrived. */
export class StaleConnectionError extends Error {
  override name = "StaleConnectionError";
}

/**
 * Sends a request to an address, and waits for the head of the answer.
 *
 * @param pools `undefined` for a connection of its own
 * @param limits with what is left to connect in
 * @throws GatewayError | StaleConnectionError
 */
export async function sendTo(
  address: string,
  request: UpstreamRequest,
  pools: Pools | undefined,
  limits: RequestLimits,
): Promise<Answer> {
  const upstream = open(address, request, pools);
  request.waiting.onGivenUp(() => upstream.destroy());
  const answer = headOf(upstream);
  // Listened to further down, after the dial; a rejection in between is the dial's as well.
  answer.catch(() => undefined);

  const socket = await dial(upstream, request.scheme, limits.connectMs);
  const readBefore = socket.bytesRead;
  watchIdle(upstream, socket, limits, request.body);
  if (request.body === undefined) {
    upstream.end();
  } else {
    sendHead(upstream);
    request.body.pipe(upstream);
  }
  try {
    return await answer;
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    if (upstream.reusedSocket && socket.bytesRead === readBefore) {
      throw new StaleConnectionError(errorText(error), { cause: error });
    }
    throw new GatewayError("reset", `the connection to the upstream broke: ${errorText(error)}`, {
      cause: error,
    });
  }
}

function open(address: string, request: UpstreamRequest, pools: Pools | undefined): ClientRequest {
  const options = {
    host: address,
    port: request.port,
    method: request.method,
    path: request.path,
    headers: request.fields,
    maxHeaderSize: MAX_RESPONSE_HEAD,
  };
  return request.scheme === "https"
    ? httpsRequest({ ...options, ...request.verification, agent: pools?.https ?? false })
    : httpRequest({ ...options, agent: pools?.http ?? new ListeningAgent() });
}

/** Waits until the connection stands; a kept one does already, and is not timed. */
async function dial(upstream: ClientRequest, scheme: "http" | "https", connectMs: number): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  let timer: NodeJS.Timeout | undefined;
  upstream.once("error", reject);
  upstream.once("close", () => reject(new Error("closed")));
  upstream.once("socket", (socket) => {
    if (upstream.reusedSocket && !socket.connecting) {
      resolve(socket);
      return;
    }
    timer = setTimeout(() => upstream.destroy(new Error("timed out")), connectMs);
    socket.once(scheme === "https" ? "secureConnect" : "connect", () => resolve(socket));
  });
  try {
    return await promise;
  } catch (error) {
    throw new GatewayError("dial", `the upstream cannot be reached: ${errorText(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
    upstream.off("error", reject);
  }
}

function headOf(upstream: ClientRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    upstream.once("response", (response) => resolve({ kind: "response", response: answerOf(response) }));
    upstream.once("upgrade", (response, socket, head) =>
      resolve({ kind: "upgrade", response: answerOf(response), socket, head }),
    );
    // Stays after the answer: errors from then on reach the response, or are those of a request body cut short.
    upstream.on("error", reject);
    upstream.once("close", () => reject(new Error("closed")));
  });
}

/** Ends the request when its connection rests while it is the upstream's turn; a WebSocket, when nobody speaks. */
function watchIdle(
  upstream: ClientRequest,
  socket: Socket,
  { readMs, sendMs, restMs }: RequestLimits,
  body: Readable | undefined,
): void {
  let response: IncomingMessage | undefined;
  const isClientsTurn = () => {
    const clientStopsReading = response?.isPaused() ?? false;
    const clientStopsSending = body !== undefined && !body.readableEnded && !upstream.writableNeedDrain;
    return clientStopsReading || (response === undefined && clientStopsSending);
  };
  const limitMs = () => (body === undefined || upstream.writableFinished ? readMs : sendMs);
  const watch = onRest(socket, limitMs, isClientsTurn, () =>
    upstream.destroy(new GatewayError("timeout", "the upstream did not answer in time")),
  );
  upstream.once("finish", watch.restart);
  const stop = () => {
    upstream.off("finish", watch.restart);
    watch.stop();
  };
  upstream.once("response", (started) => {
    response = started;
    // An answer that came before the request's end leaves a connection that nobody else can use.
    started.once("close", () => upstream.writableFinished || upstream.destroy());
  });
  upstream.once("upgrade", () => {
    stop();
    socket.setTimeout(0);
    if (restMs !== undefined) {
      onRest(
        socket,
        () => restMs,
        () => false,
        () => socket.destroy(),
      );
    }
  });
  upstream.once("close", stop);
}

/**
 * Calls `end` when nothing moves on a connection for so long. It must be found resting twice, half the time apart: a
 * timer that fires late, after this process was busy, says nothing of data that waits to be read.
 */
function onRest(
  socket: Socket,
  limitMs: () => number,
  mayRest: () => boolean,
  end: () => void,
): { readonly restart: () => void; readonly stop: () => void } {
  let moved = -1;
  const restart = () => void socket.setTimeout(limitMs() / 2);
  const onTimeout = () => {
    const total = socket.bytesRead + socket.bytesWritten;
    if (!mayRest() && total === moved) {
      end();
      return;
    }
    moved = mayRest() ? -1 : total;
    restart();
  };
  restart();
  socket.on("timeout", onTimeout);
  return { restart, stop: () => void socket.off("timeout", onTimeout) };
}
