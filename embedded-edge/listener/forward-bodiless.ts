/** Requests without a body, nearly all of them: over connections that make nothing for each but its text. */
import type { Writable } from "node:stream";
import type { RawFields } from "../http/fields.ts";
import type { EdgeLog } from "../options.ts";
import { type ConnectionLog, recordOf } from "./access-log.ts";
import { beginReply, UNAVAILABLE, unreachable } from "./answer.ts";
import { type Reply, replyWithText } from "./reply.ts";
import type { RequestHead } from "./request-head.ts";
import type { Asked, Exchange } from "./worker-connections.ts";
import type { WorkerUpstream } from "./worker-upstream.ts";

const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

export function forwardBodiless(
  head: RequestHead,
  extra: readonly string[],
  reply: Reply,
  upstream: WorkerUpstream,
  log: EdgeLog,
  access: ConnectionLog | undefined,
): void {
  const line = access && new Line(access);
  let asked: Asked | undefined;
  let closed = false;
  reply.onClose(() => {
    closed = true;
    asked?.abandon();
    line?.write(true);
  });
  const attempt = (pooled: boolean): void => {
    asked = upstream.ask(head, extra, pooled, relaying(reply, log, line, { resume, abandon, failed }));
    if (asked === undefined) replyWithText(reply, UNAVAILABLE.status, UNAVAILABLE.text);
  };
  const resume = () => asked?.resume();
  const abandon = () => asked?.abandon();
  const failed = (error: Error, isStale: boolean) => {
    if (closed) return;
    // The Worker closed a resting connection just as we used it.
    if (isStale && IDEMPOTENT.has(head.method)) attempt(false);
    else unreachable(error, reply, log);
  };
  attempt(true);
}

/** The request's line in the access log, written once its response has ended, one way or the other. */
class Line {
  readonly #began = Date.now();
  readonly #access: ConnectionLog;
  #record: string | undefined;
  #bytes = 0;

  constructor(access: ConnectionLog) {
    this.#access = access;
  }

  begin(fields: RawFields): void {
    this.#record = recordOf(fields);
  }

  add(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Only the first time, and of responses that began. */
  write(isAborted: boolean): void {
    const record = this.#record;
    if (record === undefined) return;
    this.#record = undefined;
    const aborted = isAborted ? true : undefined;
    this.#access.write(record, { bytes: this.#bytes, totalMs: Date.now() - this.#began, aborted });
  }
}

interface Steps {
  readonly resume: () => void;
  readonly abandon: () => void;
  /** Before there was an answer. */
  readonly failed: (error: Error, isStale: boolean) => void;
}

/** Passes one response on. What is read at once is sent at once: each write is a call to the kernel. */
function relaying(
  reply: Reply,
  log: EdgeLog,
  line: Line | undefined,
  { resume, abandon, failed }: Steps,
): Exchange {
  let begun = false;
  let isHeadSent = false;
  let sink: Writable | undefined;
  /** The last piece of the body, which the end goes along with. */
  let last: Buffer | undefined;
  const takes = (to: Writable) => !to.destroyed && !to.writableEnded;
  const write = (octets: Buffer): boolean => {
    isHeadSent = true;
    return sink === undefined || !takes(sink) || sink.write(octets);
  };
  return {
    head(status, message, fields) {
      begun = true;
      line?.begin(fields);
      sink = beginReply(status, message, fields, reply, log);
      if (sink === undefined) abandon();
    },
    body(octets) {
      line?.add(octets.length);
      if (last !== undefined) write(last);
      last = octets;
    },
    read(isComplete) {
      const octets = last;
      last = undefined;
      if (isComplete) line?.write(false);
      if (sink === undefined || !takes(sink)) return true;
      if (isComplete) {
        if (octets === undefined) sink.end();
        else sink.end(octets);
        return true;
      }
      if (octets === undefined) {
        if (begun && !isHeadSent) reply.sendHead();
        isHeadSent ||= begun;
        return true;
      }
      const goesOn = write(octets);
      if (!goesOn) sink.once("drain", resume);
      return goesOn;
    },
    broken(error, isStale) {
      line?.write(true);
      if (begun) reply.break();
      else failed(error, isStale);
    },
  };
}
