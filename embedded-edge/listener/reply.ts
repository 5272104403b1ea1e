/** A response to a client, whatever version of HTTP it speaks. */
import type { ServerResponse } from "node:http";
import type { OutgoingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { Socket } from "node:net";
import type { Writable } from "node:stream";
import { sendHead } from "../http/send-head.ts";

export interface Reply {
  /**
   * Makes the head, and gives the stream that takes the body. The head is sent with the body's first bytes, or by sendHead().
   *
   * @throws when HTTP has no form for the head.
   */
  begin(status: number, message: string, fields: readonly string[]): Writable;
  /** Sends the head now. */
  sendHead(): void;
  readonly begun: boolean;
  /** Ends it such that the client cannot take it for complete. */
  break(): void;
  /** Calls when the reply is complete, or the client gone; it may call again. */
  onClose(listener: () => void): void;
}

/** @param isDraining whether the connection is to close after the reply */
export function http1Reply(response: ServerResponse, isDraining: () => boolean): Reply {
  return {
    begin(status, message, fields) {
      response.writeHead(status, message, isDraining() ? [...fields, "Connection", "close"] : [...fields]);
      return response;
    },
    sendHead: () => sendHead(response),
    get begun() {
      return response.headersSent;
    },
    break() {
      const { socket } = response;
      // The end of the connection is the end of an HTTP/1.0 body; a reset is not.
      if (socket instanceof Socket && response.req.httpVersion === "1.0") socket.resetAndDestroy();
      response.destroy();
    },
    onClose: (listener) => void response.once("close", listener),
  };
}

export function http2Reply(stream: ServerHttp2Stream): Reply {
  return {
    begin(status, _message, fields) {
      // The client may have reset it a moment ago.
      if (!stream.destroyed && !stream.closed) stream.respond(http2Fields(status, fields));
      return stream;
    },
    // respond() has.
    sendHead: () => undefined,
    get begun() {
      return stream.headersSent;
    },
    // Resets it with INTERNAL_ERROR. close() with that code would end the stream first, as if it were complete.
    break: () => void stream.destroy(new Error("the response broke off")),
    // Node ends the body of a stream that was reset as if it were complete, and only says so beforehand.
    onClose: (listener) => void stream.once("aborted", listener).once("close", listener),
  };
}

/** RFC 9113 8.2: lower-case names, and nothing of a connection; most of that has been left out already. */
function http2Fields(status: number, fields: readonly string[]): OutgoingHttpHeaders {
  const byName = new Map<string, string[]>();
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = (fields[i] ?? "").toLowerCase();
    const values = byName.get(name);
    if (values === undefined) byName.set(name, [fields[i + 1] ?? ""]);
    else values.push(fields[i + 1] ?? "");
  }
  byName.delete("http2-settings");
  // Node ends a 205 with its head, which RFC 9110 15.3.6 wants as well.
  if (status === 205) byName.delete("content-length");
  const entries = [...byName].map(
    ([name, values]) => [name, values.length === 1 ? values[0] : values] as const,
  );
  return { ":status": status, ...Object.fromEntries(entries) };
}

/** Answers with a short text of the listener's own. */
export function replyWithText(reply: Reply, status: number, text: string): void {
  const body = `${text}\n`;
  const fields = [
    "Content-Type",
    "text/plain; charset=utf-8",
    "Content-Length",
    String(Buffer.byteLength(body)),
  ];
  const sink = reply.begin(status, "", fields);
  if (!sink.writableEnded) sink.end(body);
}
