import type { ClientRequest, IncomingMessage } from "node:http";
import type { Readable, Writable } from "node:stream";
import { errorText } from "../errors.ts";
import { passBody } from "../http/pass.ts";
import { responseFields } from "../http/response.ts";
import { sendHead } from "../http/send-head.ts";
import type { EdgeLog } from "../options.ts";
import { type ConnectionLog, recordOf } from "./access-log.ts";
import { type Reply, replyWithText } from "./reply.ts";
import type { RequestHead } from "./request-head.ts";
import type { WorkerUpstream } from "./worker-upstream.ts";

export const UNAVAILABLE = { status: 502, text: "The edge is restarting. Try again in a moment." } as const;

const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/**
 * Ends a request to the Worker so that the Worker notices: workerd takes the plain end of a connection for the end of
 * the request, and goes on waiting for the pod.
 */
export function abandon(request: ClientRequest): void {
  request.socket?.resetAndDestroy();
  request.destroy();
}

/** Only what the Worker and the edge say to each other is kept from clients. */
export function isInternal(name: string): boolean {
  return name.startsWith("lintel-");
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
  const began = Date.now();
  let current: ClientRequest | undefined;
  let answer: IncomingMessage | undefined;
  let closed = false;
  reply.onClose(() => {
    closed = true;
    // The connection of a request that is answered wholly may serve another already.
    if (answer?.complete === true) current?.destroy();
    else if (current !== undefined) abandon(current);
  });

  const attempt = (pooled: boolean): void => {
    const request = upstream.open(head, extra, pooled);
    current = request;
    if (request === undefined) {
      replyWithText(reply, UNAVAILABLE.status, UNAVAILABLE.text);
      return;
    }
    let response: IncomingMessage | undefined;
    request.once("response", (started) => {
      response = started;
      answer = started;
      relay(started, reply, log);
      if (access !== undefined) logEnd(started, began, access);
      // The rest of a request that was answered before its end goes nowhere.
      started.once("close", () => request.writableFinished || request.destroy());
    });
    request.on("error", (error) => {
      // Nobody waits any more, or the response, which has begun, tells how it ends.
      if (closed || response !== undefined) return;
      // The Worker closed a resting connection just as we used it.
      if (request.reusedSocket && head.framing === "none" && IDEMPOTENT.has(head.method)) {
        attempt(false);
        return;
      }
      log.warn({ error: errorText(error) }, "the Worker cannot be reached");
      if (!reply.begun) replyWithText(reply, UNAVAILABLE.status, UNAVAILABLE.text);
    });
    if (head.framing === "none") {
      request.end();
    } else {
      sendHead(request);
      body.pipe(request);
    }
  };
  // A body that is not passed on is read away, lest it block the connection.
  if (head.framing === "none") body.resume();
  attempt(true);
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
  let sink: Writable;
  try {
    sink = reply.begin(statusCode, statusMessage, responseFields(statusCode, rawHeaders, isInternal));
  } catch (error) {
    log.warn({ error: errorText(error), status: statusCode }, "a response cannot be put into HTTP");
    response.destroy();
    if (reply.begun) reply.break();
    else replyWithText(reply, 502, "The response cannot be passed on.");
    return;
  }
  // HTTP/2 ends some responses with their head.
  if (sink.writableEnded) response.resume();
  else passBody(response, sink, () => reply.sendHead());
  response.once("close", () => response.complete || reply.break());
}
