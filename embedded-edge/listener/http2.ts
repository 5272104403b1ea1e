/** HTTP/2 from clients, within TLS. */
import {
  constants,
  createServer,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { TLSSocket } from "node:tls";
import { errorText } from "../errors.ts";
import { valuesOf } from "../http/fields.ts";
import type { ConnectionLog } from "./access-log.ts";
import { forward } from "./forward.ts";
import type { Service } from "./http1.ts";
import { http2Reply, replyWithText } from "./reply.ts";
import { http2Head, isRefusal } from "./request-head.ts";

/** A connection without traffic for this long is told to go away; streams that rest finish first. */
const IDLE_MS = 120_000;

export interface Http2Service {
  /** Takes over a connection whose client chose HTTP/2. */
  accept(socket: TLSSocket): void;
  /** Lets running streams finish and takes no new ones. */
  drain(): void;
}

export function serveHttp2(service: Service): Http2Service {
  const sessions = new Set<ServerHttp2Session>();
  const server: Http2Server = createServer({
    settings: { maxConcurrentStreams: 256, maxHeaderListSize: 64 * 1024, enableConnectProtocol: false },
    maxHeaderListPairs: 1024,
    strictSingleValueFields: false,
  });
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
    session.setTimeout(IDLE_MS, () => session.close());
    const facts = service.factsOf(session.socket);
    // The session shows its socket through a proxy.
    const access = service.logOf(session.socket, "HTTP/2");
    session.on("stream", (stream, _headers, _flags, raw) => serveStream(stream, raw, facts, service, access));
  });
  server.on("sessionError", (error) => {
    service.log.debug({ error: errorText(error) }, "an HTTP/2 connection broke");
  });
  return {
    accept: (socket) => void server.emit("connection", socket),
    drain() {
      for (const session of sessions) session.close();
    },
  };
}

function serveStream(
  stream: ServerHttp2Stream,
  raw: readonly string[],
  facts: readonly string[],
  service: Service,
  access: ConnectionLog | undefined,
): void {
  const reply = http2Reply(stream);
  // The client reset it; whoever forwards it learns of that by its end.
  stream.on("error", (error) => service.log.debug({ error: errorText(error) }, "an HTTP/2 stream broke"));
  // RFC 9113 8.1: an answer that came before the request's end asks the client to stop sending.
  stream.once("finish", () => stream.readableEnded || stream.close(constants.NGHTTP2_NO_ERROR));
  const head = http2Head(raw, stream.endAfterHeaders);
  if (isRefusal(head)) {
    stream.resume();
    replyWithText(reply, head.status, head.problem);
    return;
  }
  const [expectation] = valuesOf(raw, "expect");
  if (expectation?.toLowerCase() === "100-continue") stream.additionalHeaders({ ":status": 100 });
  forward(head, facts, stream, reply, service.upstream, service.log, access);
}
