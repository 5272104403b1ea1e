import type { ClientRequest, IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { passBody } from "../http/pass.ts";
import { sendHead } from "../http/send-head.ts";
import type { EdgeLog } from "../options.ts";
import { type ConnectionLog, recordOf } from "./access-log.ts";
import { type Reply, replyWithText } from "./reply.ts";
import { beginReply, UNAVAILABLE, unreachable } from "./answer.ts";
import { forwardBodiless } from "./forward-bodiless.ts";
import type { RequestHead } from "./request-head.ts";
import type { WorkerUpstream } from "./worker-upstream.ts";

/**
 * Ends a request to the Worker so that the Worker notices: workerd takes the plain end of a connection for the end of
 * the request, and goes on waiting for the pod.
 */
export function abandon(request: ClientRequest): void {
  request.socket?.resetAndDestroy();
  request.destroy();
}

/**
 * Passes a request to the Worker and its response back, both as streams. When either side breaks off, so does the
 * other, and neither looks complete.
 *
 * @param extra fields of the listener's own
 * @param access the connection's log, where one is kept
 */
export function forward(
  head: RequestHead,
  extra: readonly string[],
  body: Readable,
  reply: Reply,
  upstream: WorkerUpstream,
  log: EdgeLog,
  access?: ConnectionLog,
): void {
  if (head.framing === "none") {
    // What is not passed on is read away, lest it block the connection.
    body.resume();
    forwardBodiless(head, extra, reply, upstream, log, access);
  } else {
    forwardWithBody(head, extra, body, reply, upstream, log, access);
  }
}

function forwardWithBody(
  head: RequestHead,
  extra: readonly string[],
  body: Readable,
  reply: Reply,
  upstream: WorkerUpstream,
  log: EdgeLog,
  access: ConnectionLog | undefined,
): void {
  const began = Date.now();
  const request = upstream.open(head, extra, true);
  if (request === undefined) {
    replyWithText(reply, UNAVAILABLE.status, UNAVAILABLE.text);
    return;
  }
  let answer: IncomingMessage | undefined;
  let closed = false;
  reply.onClose(() => {
    closed = true;
    // The connection of a request that is answered wholly may serve another already.
    if (answer?.complete === true) request.destroy();
    else abandon(request);
  });
  request.once("response", (started) => {
    answer = started;
    relay(started, reply, log);
    if (access !== undefined) logEnd(started, began, access);
    // The rest of a request that was answered before its end goes nowhere.
    started.once("close", () => request.writableFinished || request.destroy());
  });
  request.on("error", (error) => {
    // Nobody waits any more, or the response, which has begun, tells how it ends.
    if (closed || answer !== undefined) return;
    unreachable(error, reply, log);
  });
  sendHead(request);
  body.pipe(request);
}

/** Writes the request's line once its response has ended, one way or the other. */
function logEnd(response: IncomingMessage, began: number, access: ConnectionLog): void {
  const record = recordOf(response.rawHeaders);
  if (record === undefined) return;
  let bytes = 0;
  response.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  response.once("close", () => {
    const aborted = response.complete ? undefined : true;
    access.write(record, { bytes, totalMs: Date.now() - began, aborted });
  });
}

function relay(response: IncomingMessage, reply: Reply, log: EdgeLog): void {
  const { statusCode = 502, statusMessage = "", rawHeaders } = response;
  const sink = beginReply(statusCode, statusMessage, rawHeaders, reply, log);
  if (sink === undefined) {
    response.destroy();
    return;
  }
  // HTTP/2 ends some responses with their head.
  if (sink.writableEnded) response.resume();
  else passBody(response, sink, () => reply.sendHead());
  response.once("close", () => response.complete || reply.break());
}
